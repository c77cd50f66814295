import type { Qos } from '../protocol/topics';
import type { Connected } from '../transport/packets';
import {
  NO_SHARED_SUBSCRIPTIONS,
  NO_WILDCARD_SUBSCRIPTIONS,
  PACKET_TOO_LARGE,
} from '../transport/subscription-trouble';
import { type Pattern, subscriptionIdentifier } from './filters';

/** What CONNACK says about subscriptions. */
export type Offer = Pick<
  Connected,
  'subscriptionIdentifiers' | 'sharedSubscriptions' | 'wildcardSubscriptions' | 'maximumPacketSize'
>;

/** The most filters and bytes in one SUBSCRIBE or UNSUBSCRIBE. */
const FILTERS = 500;
const BYTES = 60_000;
/** Bytes of a SUBSCRIBE without its filters, and of each filter besides its text. */
const PACKET = 11;
const FILTER = 3;

const sizeOf = (filter: string) => FILTER + Buffer.byteLength(filter);

/**
 * The reason code for a filter that this broker does not offer, or `undefined`. Such a filter must not be sent: the
 * broker would end the connection (MQTT 5 §3.2.2.3).
 */
export function unavailable(
  filter: string,
  pattern: Pattern,
  shared: boolean,
  offer: Offer,
): number | undefined {
  if (shared && !offer.sharedSubscriptions) return NO_SHARED_SUBSCRIPTIONS;
  if (pattern.includes('+') && !offer.wildcardSubscriptions) return NO_WILDCARD_SUBSCRIPTIONS;
  if (PACKET + sizeOf(filter) > offer.maximumPacketSize) return PACKET_TOO_LARGE;
  return undefined;
}

/** Distributes `filters` over as few packets as possible. */
export function inPackets<T>(filters: readonly T[], text: (filter: T) => string, offer: Offer): T[][] {
  const limit = Math.min(BYTES, offer.maximumPacketSize) - PACKET;
  const packets: T[][] = [];
  let room = 0;
  for (const filter of filters) {
    const size = sizeOf(text(filter));
    const last = packets.at(-1);
    if (last && last.length < FILTERS && size <= room) {
      last.push(filter);
      room -= size;
    } else {
      packets.push([filter]);
      room = limit - size;
    }
  }
  return packets;
}

/** SUBSCRIBE packets: the subscription identifier, if the broker takes one, and the filters that have it. */
export function subscribePackets(
  filters: readonly [string, Qos][],
  parse: (filter: string) => { pattern: Pattern; shared: boolean },
  offer: Offer,
): [number | undefined, [string, Qos][]][] {
  const byIdentifier = new Map<number | undefined, [string, Qos][]>();
  for (const entry of filters) {
    const { pattern, shared } = parse(entry[0]);
    const identifier = offer.subscriptionIdentifiers ? subscriptionIdentifier(pattern, shared) : undefined;
    const same = byIdentifier.get(identifier);
    if (same) same.push(entry);
    else byIdentifier.set(identifier, [entry]);
  }
  return [...byIdentifier].flatMap(([identifier, same]) =>
    inPackets(same, ([filter]) => filter, offer).map((packet): [number | undefined, [string, Qos][]] => [
      identifier,
      packet,
    ]),
  );
}
