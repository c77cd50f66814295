import type { Qos, Topic } from '../protocol/topics';
import type { Connection, Received } from '../transport/connection-api';
import { REFUSED } from '../transport/reason-codes';
import { createSurplus } from './duplicate-filter';
import { subscriptionIdentifier } from './filters';
import type { Router } from './router';

/** One SUBSCRIBE holds this many filters at most: some 50 kB. */
const BATCH = 500;

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
 * come of a message the second one is surplus.
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
  const surplus = createSurplus(plan);
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
    if (leaving.length > 0) surplus.begin(leaving);

    await Promise.all(
      batches(add, identifiers).map(([identifier, filters]) => {
        for (const [filter, qos] of filters) asked.set(filter, qos);
        const answered = (codes: readonly number[]) => {
          if (!current()) return;
          surplus.subscribed(identifier);
          for (const [i, [filter]] of filters.entries()) {
            if (leaving.length > 0 && !held.has(filter)) surplus.join(filter);
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
    if (!again) surplus.endSoon(identifiers);
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
      if (!session) surplus.end();
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
    isSurplus: surplus.isSurplus,
  };
}
