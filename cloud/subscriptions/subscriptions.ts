import type { Qos, Topic } from '../protocol/topics';
import type { Connection } from '../transport/connection';
import type { Received } from '../transport/publish-packets';
import { REFUSED } from '../transport/reason-codes';
import { NOT_AUTHORIZED } from '../transport/subscription-trouble';
import { inPackets, type Offer, subscribePackets, unavailable } from './batches';
import { createDeadlyFilters } from './deadly-filters';
import { createDuplicateFilter } from './duplicate-filter';
import { createFilterStates } from './filter-states';
import type { Router } from './router';

/** Subscribes and unsubscribes so that the broker holds exactly the wanted filters. */
export interface Subscriptions {
  /** The filters that the broker holds, with the granted QoS. */
  readonly held: ReadonlyMap<string, Qos>;
  /** The filters refused, with the broker's reason code. */
  readonly refused: ReadonlyMap<string, number>;
  /**
   * Uses a new connection. `session`: the filters that its session held when an earlier process ended; `undefined` in
   * a new session. Resolves when the broker has answered for every filter.
   */
  attach(connection: Connection, offer: Offer, session: readonly string[] | undefined): Promise<void>;
  /** The connection has ended. `hungUp`: by the broker. Returns whether a SUBSCRIBE was unanswered then. */
  detach(hungUp?: boolean): boolean;
  /** Sends the difference; resolves when the broker has answered. */
  reconcile(): Promise<void>;
  /** Resolves when the broker has answered; `undefined` when no answer is awaited. */
  readonly settling: Promise<void> | undefined;
  /** Tries again what the broker has refused: SUBSCRIBE as well as UNSUBSCRIBE. */
  retryRefused(): Promise<void>;
  /** See {@link DuplicateFilter.isDuplicate}. */
  isDuplicate(received: Received, topic: Topic): boolean;
}

type Plan = Pick<Router, 'filters' | 'filter' | 'parseFilter'>;

/**
 * `plan` says which filters are wanted. `onChange` is called when the held or refused filters have changed,
 * `onLowerQos` when the broker grants a lower QoS than was asked for.
 * A filter that replaces another is subscribed before the other is unsubscribed, so that no message is lost. In
 * between each message comes twice, and {@link isDuplicate} recognizes the second copy.
 */
export function createSubscriptions(
  plan: Plan,
  onChange: () => void,
  onLowerQos: (filter: string, granted: Qos, asked: Qos) => void = () => undefined,
): Subscriptions {
  const states = createFilterStates(onLowerQos);
  const { held, refused, stuck } = states;
  const duplicates = createDuplicateFilter(plan);
  const deadly = createDeadlyFilters();
  let attached: { connection: Connection; offer: Offer } | undefined;
  let running: Promise<void> | undefined;
  let outdated = false;
  let retry = false; // what was refused

  function reconcile(): Promise<void> {
    outdated = true;
    if (!attached) return Promise.resolve(); // `attach` will
    running ??= passes(attached.connection, attached.offer);
    return running;
  }

  async function passes(connection: Connection, offer: Offer): Promise<void> {
    while (outdated && attached?.connection === connection) {
      outdated = false;
      await pass(connection, offer);
    }
    // Here and not in a later turn: a `reconcile` in between would wait for a pass that never comes.
    if (attached?.connection === connection) running = undefined;
  }

  async function pass(connection: Connection, offer: Offer): Promise<void> {
    const current = () => attached?.connection === connection;
    const target = plan.filters(new Set(retry ? [] : refused.keys()));
    if (retry) for (const filter of refused.keys()) if (!target.has(filter)) states.pardon(filter);
    retry = false;
    const add: [string, Qos][] = [];
    for (const [filter, qos] of target) {
      if (qos <= states.askedQos(filter)) continue;
      const refusal = foreseen(filter, offer);
      if (refusal === undefined) add.push([filter, qos]);
      else settle(filter, refusal);
    }
    const leaving = [...held.keys()].filter((filter) => !target.has(filter));
    if (leaving.length > 0) duplicates.begin(leaving);

    await ask(connection, add, offer, leaving.length > 0);
    // After a refusal the plan is made anew, since a filter that was to leave may be needed.
    const goodbyes = outdated ? [] : inPackets(leaving, (filter) => filter, offer);
    for (const gone of goodbyes) if (current() && !outdated) await unsubscribe(connection, gone);
    if (!current()) return;
    if (!outdated) {
      deadly.calm();
      if (stuck.size === 0) duplicates.endSoon(offer.subscriptionIdentifiers);
    }
    onChange();
  }

  /** The reason code for a filter that is not asked for, because the broker would refuse it or hang up. */
  function foreseen(filter: string, offer: Offer): number | undefined {
    const { pattern, shared } = plan.parseFilter(filter);
    return deadly.isDeadly(filter) ? NOT_AUTHORIZED : unavailable(filter, pattern, shared, offer);
  }

  async function ask(connection: Connection, add: [string, Qos][], offer: Offer, replacing: boolean) {
    const current = () => attached?.connection === connection;
    const askFor = async (identifier: number | undefined, filters: [string, Qos][]) => {
      for (const [filter, qos] of filters) {
        states.asking(filter, qos);
        deadly.asking(filter);
      }
      const answered = (codes: readonly number[]) => {
        if (!current()) return;
        duplicates.subscribed(identifier);
        for (const [i, [filter]] of filters.entries()) {
          deadly.answered(filter);
          if (replacing && !held.has(filter)) duplicates.join(filter);
          settle(filter, codes[i] ?? REFUSED);
        }
      };
      // The connection ends after a failure. Should it not, the filters count as refused.
      await connection.subscribe(filters, identifier, answered).catch(() => answered([]));
    };
    const packets = subscribePackets(add, plan.parseFilter, offer);
    if (!deadly.cautious) {
      await Promise.all(packets.map((packet) => askFor(...packet)));
      return;
    }
    for (const [identifier, filters] of packets)
      for (const filter of filters) if (current()) await askFor(identifier, [filter]);
  }

  async function unsubscribe(connection: Connection, filters: string[]) {
    const codes = await connection.unsubscribe(filters).catch(() => filters.map(() => REFUSED));
    if (attached?.connection !== connection) return;
    for (const [i, filter] of filters.entries()) states.unsubscribed(filter, codes[i] ?? 0);
  }

  function settle(filter: string, code: number) {
    if (!states.answered(filter, code)) outdated = true; // narrower filters may be granted instead
  }

  return {
    held,
    refused,
    async attach(connection, offer, session) {
      // Including filters that were asked for and not answered. All are asked for again, which updates identifiers.
      const present = session ? [...states.present(), ...session] : [];
      if (!session) duplicates.end();
      attached = { connection, offer };
      running = undefined;
      states.begin(present);
      await reconcile();
    },
    detach(hungUp = false) {
      attached = undefined;
      running = undefined;
      return deadly.ended(hungUp);
    },
    reconcile,
    get settling() {
      return running;
    },
    retryRefused() {
      if (refused.size === 0 && stuck.size === 0) return Promise.resolve();
      retry = true;
      return reconcile();
    },
    isDuplicate: duplicates.isDuplicate,
  };
}
