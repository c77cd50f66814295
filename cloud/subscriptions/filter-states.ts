import type { Qos } from '../protocol/topics';
import { REFUSED } from '../transport/reason-codes';

/** How each filter stands with the broker. */
export interface FilterStates {
  /** The filters that the broker holds, with the granted QoS. */
  readonly held: ReadonlyMap<string, Qos>;
  /** The filters refused, with the broker's reason code. */
  readonly refused: ReadonlyMap<string, number>;
  /** The filters that the broker has refused to unsubscribe. */
  readonly stuck: ReadonlySet<string>;
  /** The QoS asked for, -1 if the filter was not. A broker may grant less, and asking again would not help. */
  askedQos(filter: string): number;
  asking(filter: string, qos: Qos): void;
  /** The broker's answer to SUBSCRIBE. Returns whether it has granted the filter. */
  answered(filter: string, code: number): boolean;
  /** The broker's answer to UNSUBSCRIBE. */
  unsubscribed(filter: string, code: number): void;
  /** Does not count as refused any more. */
  pardon(filter: string): void;
  /** The filters that a session may hold, with those that were asked for and not answered. */
  present(): string[];
  /** A connection begins whose session may hold `filters`. */
  begin(filters: Iterable<string>): void;
}

/** `onLowerQos` is called when the broker grants a lower QoS than was asked for. */
export function createFilterStates(
  onLowerQos: (filter: string, granted: Qos, asked: Qos) => void,
): FilterStates {
  const held = new Map<string, Qos>();
  const refused = new Map<string, number>();
  const asked = new Map<string, Qos>();
  const stuck = new Set<string>();

  function forget(filter: string) {
    held.delete(filter);
    asked.delete(filter);
    stuck.delete(filter);
  }

  return {
    held,
    refused,
    stuck,
    askedQos: (filter) => asked.get(filter) ?? -1,
    asking(filter, qos) {
      asked.set(filter, qos);
    },
    answered(filter, code) {
      if (code >= REFUSED) {
        forget(filter);
        refused.set(filter, code);
        return false;
      }
      const wanted = asked.get(filter) ?? 0;
      if (code < wanted) onLowerQos(filter, code as Qos, wanted);
      held.set(filter, code as Qos);
      refused.delete(filter);
      return true;
    },
    unsubscribed(filter, code) {
      if (code >= REFUSED) stuck.add(filter);
      else forget(filter);
    },
    pardon(filter) {
      refused.delete(filter);
    },
    present: () => [...held.keys(), ...asked.keys()],
    begin(filters) {
      held.clear();
      refused.clear();
      asked.clear();
      stuck.clear();
      for (const filter of filters) held.set(filter, 0);
    },
  };
}
