import type { ISubscribePacket, ISubscription } from 'mqtt-packet';
import type { Core } from './core';
import { covers, hasWildcard, parseFilter } from './filters';
import { REASON, SUBACK_FAILURE } from './reason-codes';
import type { Session } from './session';
import type { Subscription } from './subscriptions';

/** Who asks. */
export interface Asking {
  username: string;
  session: Session;
  version: 3 | 4 | 5;
}

/** What SUBACK says of each filter, and what is to follow it; `fault`: the connection ends instead. */
export type Subscribed = { fault: number } | { granted: number[]; denied: boolean; deliver(): void };

/** Subscribes to what of a SUBSCRIBE is allowed, each filter by itself. */
export function subscribe(core: Core, packet: ISubscribePacket, asking: Asking): Subscribed {
  const parsed = packet.subscriptions.map((wanted) => ({ wanted, filter: parseFilter(wanted.topic) }));
  if (parsed.some(({ filter }) => !filter)) return { fault: REASON.filterInvalid };
  if (parsed.some(({ wanted, filter }) => wanted.nl && filter?.group !== undefined))
    return { fault: REASON.protocolError };

  const { session, version } = asking;
  const identifier = packet.properties?.subscriptionIdentifier;
  const fresh: { subscription: Subscription; isNew: boolean; handling: number }[] = [];
  const codes = parsed.map(({ wanted, filter }) => {
    const { maxQos } = core.settings;
    const subscription: Subscription = {
      name: wanted.topic,
      filter: '',
      ...filter,
      qos: lower(wanted.qos, maxQos),
      noLocal: version === 5 && wanted.nl === true,
      retainAsPublished: version === 5 && wanted.rap === true,
      ...(identifier !== undefined && { identifier }),
    };
    const refusal = refusalOf(core, asking, subscription);
    if (refusal !== undefined) return refusal;
    fresh.push({
      subscription,
      isNew: !session.subscriptions.has(wanted.topic),
      handling: handlingOf(wanted),
    });
    session.subscriptions.set(wanted.topic, subscription);
    core.subscriptions.set(session, subscription);
    return subscription.qos;
  });

  return {
    granted: codes.map((code) => (code > 2 && version < 5 ? SUBACK_FAILURE : code)),
    denied: codes.includes(REASON.notAuthorized),
    deliver() {
      for (const { subscription, isNew, handling } of fresh) {
        if (subscription.group !== undefined || handling === 2 || (handling === 1 && !isNew)) continue;
        for (const message of core.retained.matching(subscription.filter))
          session.deliver(message, subscription, true);
      }
    },
  };
}

const lower = (a: 0 | 1 | 2, b: 0 | 1 | 2) => (b < a ? b : a);

/** When retained messages are sent (MQTT 5 §3.8.3.1): 0 always, 1 to new subscriptions, 2 never. */
const handlingOf = ({ rh = 0 }: ISubscription): number => rh;

function refusalOf(core: Core, { username, session }: Asking, wanted: Subscription): number | undefined {
  const { settings, rules } = core;
  const { name, filter, group } = wanted;
  const denied = settings.denied.subscribe.some((forbidden) => covers(forbidden, filter));
  if (denied || !rules.maySubscribe(username, filter)) return REASON.notAuthorized;
  if (group !== undefined && !settings.sharedSubscriptions) return REASON.sharedUnsupported;
  if (hasWildcard(filter) && !settings.wildcardSubscriptions) return REASON.wildcardUnsupported;
  const full = session.subscriptions.size >= settings.maxSubscriptions;
  return full && !session.subscriptions.has(name) ? REASON.quotaExceeded : undefined;
}
