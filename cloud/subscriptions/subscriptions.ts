import type { Qos, Topic } from '../protocol/topics';
import type { Connection } from '../transport/connection';
import type { Received } from '../transport/publish-packets';
import { REFUSED } from '../transport/reason-codes';
import { NOT_AUTHORIZED } from '../transport/subscription-trouble';
import { inPackets, type Offer, subscribePackets, unavailable } from './batches';
import { createDeadlyFilters } from './deadly-filters';
import { createDuplicateFilter } from './duplicate-filter';
import type { Router } from './router';

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
  attach(connection: Connection, offer: Offer, session: readonly string[] | undefined): Promise<void>;
  /** The connection is gone. Returns whether the broker `hungUp` on a SUBSCRIBE. */
  detach(hungUp?: boolean): boolean;
  /** Sends what has changed; resolves when the broker has answered. */
  reconcile(): Promise<void>;
  /** Pending while the broker's answers are awaited. */
  readonly settling: Promise<void> | undefined;
  /** Asks again for what was refused, be it to subscribe or to unsubscribe. */
  retryRefused(): Promise<void>;
  /** Whether a received copy is the second one of a message, by a filter that takes or took another's place. */
  isDuplicate(received: Received, topic: Topic): boolean;
}

type Plan = Pick<Router, 'filters' | 'filter' | 'parseFilter'>;

/**
 * `plan` says which filters are wanted; `onChange` is called when what is held or refused has changed, `onLowerQos`
 * when the broker grants less than was asked for.
 * A filter that takes another's place is subscribed first, so that nothing is lost; of the two copies that then
 * come of a message the second one is duplicates.
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
  const duplicates = createDuplicateFilter(plan);
  const deadly = createDeadlyFilters();
  /** Held against our will: the broker has refused to unsubscribe them. */
  const stuck = new Set<string>();
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
    // At once, not in a later turn: a call in between would wait for a pass that never comes.
    if (attached?.connection === connection) running = undefined;
  }

  async function pass(connection: Connection, offer: Offer): Promise<void> {
    const current = () => attached?.connection === connection;
    const target = plan.filters(new Set(retry ? [] : refused.keys()));
    if (retry) for (const filter of refused.keys()) if (!target.has(filter)) refused.delete(filter);
    retry = false;
    const add: [string, Qos][] = [];
    for (const [filter, qos] of target) {
      if (qos <= (asked.get(filter) ?? -1)) continue;
      const refusal = foreseen(filter, offer);
      if (refusal === undefined) add.push([filter, qos]);
      else settle(filter, refusal);
    }
    const leaving = [...held.keys()].filter((filter) => !target.has(filter));
    if (leaving.length > 0) duplicates.begin(leaving);

    await ask(connection, add, offer, leaving.length > 0);
    // A refusal changes the plan: what was to leave may be needed after all.
    const goodbyes = outdated ? [] : inPackets(leaving, (filter) => filter, offer);
    for (const gone of goodbyes) if (current() && !outdated) await unsubscribe(connection, gone);
    if (!current()) return;
    if (!outdated) {
      deadly.calm();
      if (stuck.size === 0) duplicates.endSoon(offer.subscriptionIdentifiers);
    }
    onChange();
  }

  /** The refusal that a broker has announced, or that it would hang up to give. */
  function foreseen(filter: string, offer: Offer): number | undefined {
    const { pattern, shared } = plan.parseFilter(filter);
    return deadly.isDeadly(filter) ? NOT_AUTHORIZED : unavailable(filter, pattern, shared, offer);
  }

  async function ask(connection: Connection, add: [string, Qos][], offer: Offer, replacing: boolean) {
    const current = () => attached?.connection === connection;
    const askFor = async (identifier: number | undefined, filters: [string, Qos][]) => {
      for (const [filter, qos] of filters) {
        asked.set(filter, qos);
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
      // A failure ends the connection, or is about to; were it ever to go on, the filters count as refused.
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
    for (const [i, filter] of filters.entries()) {
      if ((codes[i] ?? 0) >= REFUSED) stuck.add(filter);
      else forget(filter);
    }
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
    outdated = true; // what this filter stood for may be had by narrower ones
  }

  function forget(filter: string) {
    held.delete(filter);
    asked.delete(filter);
    stuck.delete(filter);
  }

  return {
    held,
    refused,
    async attach(connection, offer, session) {
      // Also what was asked for without an answer. All is asked for again: that changes but outdated identifiers.
      const present = session ? new Set([...held.keys(), ...asked.keys(), ...session]) : [];
      if (!session) duplicates.end();
      attached = { connection, offer };
      running = undefined;
      held.clear();
      refused.clear();
      asked.clear();
      stuck.clear();
      for (const filter of present) held.set(filter, 0);
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
