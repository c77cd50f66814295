import { performance } from 'node:perf_hooks';
import type { Topic } from '../protocol/topics';
import type { Received } from '../transport/publish-packets';
import { isSharedIdentifier, matching } from './filters';
import type { Router } from './router';

/** Milliseconds between the two copies of a message, at most. Less without identifiers, where any equal message counts. */
const COPIES_WITHIN = { withIdentifiers: 1_000, byContent: 100 } as const;
/** Milliseconds after a replacement in which second copies may still arrive: the broker may have held them back. */
const LATE_COPIES = { withIdentifiers: 30_000, byContent: 1_000 } as const;

/**
 * Recognizes second copies while one filter replaces another: both match, so the broker sends each message twice.
 * With subscription identifiers (MQTT 5) a copy is told from an equal message. Without them, two equal messages in a
 * row on one topic count as one during that time.
 */
export interface DuplicateFilter {
  /** A replacement begins or continues: `leaving` will be unsubscribed. */
  begin(leaving: Iterable<string>): void;
  /** The broker has granted filters with this identifier. Messages received before have no copy by them. */
  subscribed(identifier: number | undefined): void;
  /** `filter` has been granted as a replacement: from now on what it matches comes twice. */
  join(filter: string): void;
  /** The replacement is complete. Second copies may still arrive for a while. */
  endSoon(identifiers: boolean): void;
  /** No second copies can come any more, e.g. in a new session. */
  end(): void;
  /** Whether `received` is the second copy of a message that has been received already. */
  isDuplicate(received: Received, topic: Topic): boolean;
}

export function createDuplicateFilter(plan: Pick<Router, 'filter'>): DuplicateFilter {
  /** The filters that replace or are replaced. */
  const moving = new Set<string>();
  const lastOnTopic = new Map<string, { cameBy: Set<number | undefined>; payload: Buffer; at: number }>();
  /** When no second copy can come any more; `undefined` during the replacement. */
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
      if (another !== undefined) return false; // this broker sends one copy for all filters
      const shared = identifier !== undefined && isSharedIdentifier(identifier);
      const places = matching(topic).filter((pattern) => moving.has(plan.filter(pattern, shared)));
      if (places.length < 2) return false;
      const key = `${shared} ${name}`;
      const last = lastOnTopic.get(key);
      const within = identifier === undefined ? COPIES_WITHIN.byContent : COPIES_WITHIN.withIdentifiers;
      if (last && now - last.at < within && last.payload.equals(payload)) {
        // Copies come in pairs, so the next equal one is another message.
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
