import { performance } from 'node:perf_hooks';
import type { Connection, Received } from './connection';
import { isSharedIdentifier, matching, type Qos, subscriptionIdentifier } from './filters';
import type { Router } from './routing';
import type { Topic } from './topics';

/** One SUBSCRIBE holds this many filters at most: some 50 kB. */
const BATCH = 500;
/** Reason codes from here on are refusals. */
const REFUSED = 0x80;
/** The copies of one message come within so many ms. Without identifiers an equal message would be taken for one. */
const TWINS = { withIdentifiers: 1_000, byContent: 100 } as const;
/** Copies that a broker held back arrive after filters have changed places: for so many ms more we look at them. */
const AFTERMATH = { withIdentifiers: 30_000, byContent: 1_000 } as const;

/** Keeps the filters that the broker holds equal to those wanted, by sending the difference. */
export interface Subscriptions {
  /** The filters held, with the granted QoS. */
  readonly held: ReadonlyMap<string, Qos>;
  /** The filters refused, with the broker's reason code. */
  readonly refused: ReadonlyMap<string, number>;
  /**
   * Starts on a new connection. `session`: its session goes on, and held these filters before this process began.
   * Resolves when all is settled once.
   */
  attach(connection: Connection, identifiers: boolean, session: readonly string[] | undefined): Promise<void>;
  detach(): void;
  /** Sends what has changed; resolves when the broker has answered. */
  reconcile(): Promise<void>;
  /** Pending while the broker's answers are awaited. */
  readonly settling: Promise<void> | undefined;
  /** Asks again for what was refused. */
  retryRefused(): Promise<void>;
  /** Whether a received copy is the second one of a message, by a filter that takes or took another's place. */
  isSurplus(received: Received, topic: Topic): boolean;
}

type Plan = Pick<Router<never>, 'filters' | 'filter' | 'parseFilter'>;

/**
 * `plan` says which filters are wanted; `onChange` is called when what is held or refused has changed, `onLowerQos`
 * when the broker grants less than was asked for.
 * A filter that takes another's place is subscribed first, so that nothing is lost; of the two copies that then
 * come of a message the second one is surplus. Subscription identifiers tell them from a message that was sent
 * twice; without identifiers (MQTT 3.1.1) two equal messages in a row count as one meanwhile.
 */
export function createSubscriptions(
  plan: Plan,
  onChange: () => void,
  onLowerQos: (filter: string, granted: Qos, asked: Qos) => void = () => undefined,
): Subscriptions {
  const held = new Map<string, Qos>();
  const refused = new Map<string, number>();
  /** QoS asked for: a broker may grant less, and asking again would not help. */
  const asked = new Map<string, Qos>();
  /** Filters that have joined or left in a change of places that is not yet over. */
  const moving = new Set<string>();
  const lastOnTopic = new Map<string, { cameBy: Set<number | undefined>; payload: Buffer; at: number }>();
  /** When copies can no longer be twins; `undefined` while filters change places. */
  let over: number | undefined;
  let link: { connection: Connection; identifiers: boolean } | undefined;
  let running: Promise<void> | undefined;
  let again = false;
  let retry = false; // what was refused

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
    const target = plan.filters(new Set(retry ? [] : refused.keys()));
    if (retry) for (const filter of refused.keys()) if (!target.has(filter)) refused.delete(filter);
    retry = false;
    const add = [...target].filter(([filter, qos]) => qos > (asked.get(filter) ?? -1));
    const leaving = [...held.keys()].filter((filter) => !target.has(filter));
    if (leaving.length > 0) over = undefined;
    for (const filter of leaving) moving.add(filter);

    await Promise.all(
      batches(add, identifiers).map(([identifier, filters]) => {
        for (const [filter, qos] of filters) asked.set(filter, qos);
        const answered = (codes: readonly number[]) => {
          if (!current()) return;
          // What came before has no copy by these filters.
          for (const { cameBy } of lastOnTopic.values()) cameBy.add(identifier);
          for (const [i, [filter]] of filters.entries()) {
            // From here on what it matches comes twice.
            if (leaving.length > 0 && !held.has(filter)) moving.add(filter);
            settle(filter, codes[i] ?? REFUSED);
          }
        };
        // A failure ends the connection, or is about to; were it ever to go on, the filters count as refused.
        return connection.subscribe(filters, identifier, answered).catch(() => answered([]));
      }),
    );
    // A refusal changes the plan: what was to leave may be needed after all.
    for (let i = 0; i < leaving.length && current() && !again; i += BATCH) {
      const gone = leaving.slice(i, i + BATCH);
      await connection.unsubscribe(gone).catch(() => undefined);
      if (current()) for (const filter of gone) forget(filter);
    }
    if (!current()) return;
    if (!again) {
      over ??= performance.now() + (identifiers ? AFTERMATH.withIdentifiers : AFTERMATH.byContent);
    }
    onChange();
  }

  function settle(filter: string, code: number) {
    if (code < REFUSED) {
      const wanted = asked.get(filter) ?? 0;
      if (code < wanted) onLowerQos(filter, code as Qos, wanted);
      held.set(filter, code as Qos);
      refused.delete(filter);
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

  function endChange() {
    moving.clear();
    lastOnTopic.clear();
    over = undefined;
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
    async attach(connection, identifiers, session) {
      // Also what was asked for without an answer. All is asked for again: that changes but outdated identifiers.
      const present = session ? new Set([...held.keys(), ...asked.keys(), ...session]) : [];
      if (!session) endChange();
      link = { connection, identifiers };
      running = undefined;
      held.clear();
      refused.clear();
      asked.clear();
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
      retry = true;
      return reconcile();
    },
    isSurplus({ topic: name, identifiers, payload }, topic) {
      if (moving.size === 0) return false;
      const now = performance.now();
      if (over !== undefined && now > over) {
        endChange();
        return false;
      }
      const [identifier, another] = identifiers;
      if (another !== undefined) return false; // a broker that sends one copy for all
      const shared = identifier !== undefined && isSharedIdentifier(identifier);
      const places = matching(topic).filter((pattern) => moving.has(plan.filter(pattern, shared)));
      if (places.length < 2) return false;
      const key = `${shared} ${name}`;
      const last = lastOnTopic.get(key);
      const within = identifier === undefined ? TWINS.byContent : TWINS.withIdentifiers;
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
