/** Why a subscription was refused, by the reason code of SUBACK. Each has a short text in the catalogue. */
export type SubscriptionTrouble =
  | 'subscription'
  | 'quota'
  | 'noShared'
  | 'noWildcards'
  | 'packetSize'
  | 'subscriptionFailed';

export const NOT_AUTHORIZED = 0x87;
export const NO_SHARED_SUBSCRIPTIONS = 0x9e;
export const NO_WILDCARD_SUBSCRIPTIONS = 0xa2;
export const PACKET_TOO_LARGE = 0x95;

const SUBSCRIPTION_TROUBLES: Partial<Record<number, SubscriptionTrouble>> = {
  0x80: 'subscription', // all that MQTT 3.1.1 can say
  [NOT_AUTHORIZED]: 'subscription',
  0x97: 'quota',
  [NO_SHARED_SUBSCRIPTIONS]: 'noShared',
  [NO_WILDCARD_SUBSCRIPTIONS]: 'noWildcards',
  [PACKET_TOO_LARGE]: 'packetSize',
};
export const subscriptionTrouble = (code: number): SubscriptionTrouble =>
  SUBSCRIPTION_TROUBLES[code] ?? 'subscriptionFailed';
