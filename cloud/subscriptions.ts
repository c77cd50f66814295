import type { Connection, Received } from './connection';
import { isSharedIdentifier, matching, patternOf, type Qos, subscriptionIdentifier } from './filters';
import type { Router } from './routing';
import type { Topic } from './topics';

/** One SUBSCRIBE holds this many filters at most: some 50 kB. */
const BATCH = 500;
/** Reason codes from here on are refusals. */
const REFUSED = 0x80;

/** Keeps the filters that the broker holds equal to those wanted, by sending the difference. */
export interface Subscriptions {
  /** The filters held, with the granted QoS. */
  readonly held: ReadonlyMap<string, Qos>;
  /** The filters refused, with the broker's reason code. */
  readonly refused: ReadonlyMap<string, number>;
  /** Starts on a new connection whose session may hold filters already. Resolves when all is settled once. */
  attach(connection: Connection, identifiers: boolean, present: Iterable<string>): Promise<void>;
  detach(): void;
  /** Sends what has changed; resolves when the broker has answered. */
  reconcile(): Promise<void>;
  /** Pending while the broker's answers are awaited. */
  readonly settling: Promise<void> | undefined;
  /** Asks again for what was refused. */
  retryRefused(): Promise<void>;
  /** Whether a received copy is a second one, come by a filter that is about to take another's place. */
  isSurplus(received: Received, topic: Topic): boolean;
}

type Plan = Pick<Router<never>, 'filters' | 'filter' | 'parseFilter'>;

/**
 * `plan` says which filters are wanted; `onChange` is called when what is held or refused has changed.
 * A filter that takes another's place is subscribed first, and its copies do not count until the other is gone,
 * so that nothing is lost or doubled in between.
 */
export function createSubscriptions(plan: Plan, onChange: () => void): Subscriptions {
  const held = new Map<string, Qos>();
  const refused = new Map<string, number>();
  /** QoS asked for: a broker may grant less, and asking again would not help. */
  const asked = new Map<string, Qos>();
  const joining = new Set<string>();
  const leaving = new Set<string>();
  /** Without identifiers, copies are known by their content while filters change places. */
  const lastOnTopic = new Map<string, Buffer>();
  let link: { connection: Connection; identifiers: boolean } | undefined;
  let running: Promise<void> | undefined;
  let again = false;

  function reconcile(): Promise<void> {
    again = true;
    if (!link) return Promise.resolve(); // `attach` will
    running ??= passes(link.connection, link.identifiers);
    return running;
  }

  async function passes(connection: Connection, identifiers: boolean): Promise<void> {
    while (again && link?.connection === connection) {
      again = false;
      await pass(connection, identifiers);
    }
    // At once, not in a later turn: a call in between would wait for a pass that never comes.
    if (link?.connection === connection) running = undefined;
  }

  async function pass(connection: Connection, identifiers: boolean): Promise<void> {
    const current = () => link?.connection === connection;
    const target = plan.filters(new Set(refused.keys()));
    const add = [...target].filter(([filter, qos]) => qos > (asked.get(filter) ?? -1));
    leaving.clear();
    for (const filter of held.keys()) if (!target.has(filter)) leaving.add(filter);
    if (leaving.size > 0) for (const [filter] of add) if (!held.has(filter)) joining.add(filter);

    await Promise.all(
      batches(add, identifiers).map(async ([identifier, filters]) => {
        for (const [filter, qos] of filters) asked.set(filter, qos);
        // A failure ends the connection, or is about to; were it ever to go on, the filters count as refused.
        const codes = await connection.subscribe(filters, identifier).catch(() => []);
        if (current()) for (const [i, [filter]] of filters.entries()) settle(filter, codes[i] ?? REFUSED);
      }),
    );
    // A refusal changes the plan: what was to leave may be needed after all.
    if (current() && !again) {
      const gone = [...leaving];
      for (let i = 0; i < gone.length; i += BATCH) {
        const batch = gone.slice(i, i + BATCH);
        await connection.unsubscribe(batch, () => current() && leave(batch)).catch(() => undefined);
      }
      if (current()) {
        leave(gone);
        endChange();
      }
    }
    if (current()) onChange();
  }

  function settle(filter: string, code: number) {
    if (code < REFUSED) {
      held.set(filter, code as Qos);
      return;
    }
    forget(filter);
    refused.set(filter, code);
    again = true; // what this filter stood for may be had by narrower ones
  }

  function forget(filter: string) {
    held.delete(filter);
    asked.delete(filter);
  }

  function leave(filters: readonly string[]) {
    for (const filter of filters) {
      forget(filter);
      leaving.delete(filter);
    }
  }

  function endChange() {
    joining.clear();
    leaving.clear();
    lastOnTopic.clear();
  }

  /** Few packets, each of filters with one identifier. */
  function batches(filters: [string, Qos][], identifiers: boolean): [number | undefined, [string, Qos][]][] {
    const byIdentifier = new Map<number | undefined, [string, Qos][]>();
    for (const entry of filters) {
      const { pattern, shared } = plan.parseFilter(entry[0]);
      const identifier = identifiers ? subscriptionIdentifier(pattern, shared) : undefined;
      const same = byIdentifier.get(identifier);
      if (same) same.push(entry);
      else byIdentifier.set(identifier, [entry]);
    }
    return [...byIdentifier].flatMap(([identifier, same]) =>
      Array.from(
        { length: Math.ceil(same.length / BATCH) },
        (_, i): [number | undefined, [string, Qos][]] => [identifier, same.slice(i * BATCH, (i + 1) * BATCH)],
      ),
    );
  }

  return {
    held,
    refused,
    async attach(connection, identifiers, present) {
      link = { connection, identifiers };
      running = undefined;
      held.clear();
      refused.clear();
      asked.clear();
      endChange();
      // Not in `asked`: they are asked for again, which changes nothing but an outdated identifier.
      for (const filter of present) held.set(filter, 0);
      await reconcile();
    },
    detach() {
      link = undefined;
      running = undefined;
    },
    reconcile,
    get settling() {
      return running;
    },
    retryRefused() {
      refused.clear();
      return reconcile();
    },
    isSurplus({ identifiers, payload }, topic) {
      if (joining.size === 0) return false;
      const shared = identifiers.some(isSharedIdentifier);
      const patterns = matching(topic);
      const covers = (filters: Set<string>) =>
        patterns.some((pattern) => filters.has(plan.filter(pattern, shared)));
      if (!covers(leaving) || !covers(joining)) return false;
      if (identifiers.length > 0) {
        return identifiers.every((identifier) => {
          const pattern = patternOf(identifier, topic);
          return pattern !== undefined && joining.has(plan.filter(pattern, shared));
        });
      }
      const key = patterns.join(' ');
      if (lastOnTopic.get(key)?.equals(payload)) return lastOnTopic.delete(key);
      lastOnTopic.set(key, payload);
      return false;
    },
  };
}
