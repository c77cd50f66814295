import { performance } from 'node:perf_hooks';
import type { Topic } from '../protocol/topics';
import type { Received } from '../transport/publish-packets';
import { isSharedIdentifier, matching } from './filters';
import type { Router } from './router';

/** The copies of one message come within so many ms. Without identifiers an equal message would be taken for one. */
const COPIES_WITHIN = { withIdentifiers: 1_000, byContent: 100 } as const;
/** Copies that a broker held back arrive after filters have changed places: for so many ms more we look at them. */
const LATE_COPIES = { withIdentifiers: 30_000, byContent: 1_000 } as const;

/**
 * Knows the second copies of messages while filters change places. Subscription identifiers tell them from a message
 * that was sent twice; without identifiers (MQTT 3.1.1) two equal messages in a row count as one meanwhile.
 */
export interface DuplicateFilter {
  /** A change of places begins, or goes on: these filters are to leave. */
  begin(leaving: Iterable<string>): void;
  /** The broker has taken filters with this identifier: what came before has no copy by them. */
  subscribed(identifier: number | undefined): void;
  /** This filter takes a place: from here on what it matches comes twice. */
  join(filter: string): void;
  /** The filters have changed places; only what the broker held back may still come twice. */
  endSoon(identifiers: boolean): void;
  /** At once: a new session holds nothing back. */
  end(): void;
  /** Whether a received copy is the second one of a message, by a filter that takes or took another's place. */
  isDuplicate(received: Received, topic: Topic): boolean;
}

export function createDuplicateFilter(plan: Pick<Router, 'filter'>): DuplicateFilter {
  /** Filters that have joined or left in a change of places that is not yet over. */
  const moving = new Set<string>();
  const lastOnTopic = new Map<string, { cameBy: Set<number | undefined>; payload: Buffer; at: number }>();
  /** When copies can no longer be twins; `undefined` while filters change places. */
  let over: number | undefined;

  function end() {
    moving.clear();
    lastOnTopic.clear();
    over = undefined;
  }

  return {
    begin(leaving) {
      over = undefined;
      for (const filter of leaving) moving.add(filter);
    },
    subscribed(identifier) {
      for (const { cameBy } of lastOnTopic.values()) cameBy.add(identifier);
    },
    join(filter) {
      moving.add(filter);
    },
    endSoon(identifiers) {
      over ??= performance.now() + (identifiers ? LATE_COPIES.withIdentifiers : LATE_COPIES.byContent);
    },
    end,
    isDuplicate({ topic: name, identifiers, payload }, topic) {
      if (moving.size === 0) return false;
      const now = performance.now();
      if (over !== undefined && now > over) {
        end();
        return false;
      }
      const [identifier, another] = identifiers;
      if (another !== undefined) return false; // a broker that sends one copy for all
      const shared = identifier !== undefined && isSharedIdentifier(identifier);
      const places = matching(topic).filter((pattern) => moving.has(plan.filter(pattern, shared)));
      if (places.length < 2) return false;
      const key = `${shared} ${name}`;
      const last = lastOnTopic.get(key);
      const within = identifier === undefined ? COPIES_WITHIN.byContent : COPIES_WITHIN.withIdentifiers;
      if (last && now - last.at < within && last.payload.equals(payload)) {
        // Without identifiers copies come in pairs: the next equal one is another message.
        if (identifier === undefined) return lastOnTopic.delete(key);
        if (!last.cameBy.has(identifier)) {
          last.cameBy.add(identifier);
          return true;
        }
      }
      lastOnTopic.set(key, { cameBy: new Set([identifier]), payload: Buffer.from(payload), at: now });
      return false;
    },
  };
}
