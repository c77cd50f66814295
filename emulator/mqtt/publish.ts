import type { IPublishPacket } from 'mqtt-packet';
import type { Client } from './client';
import type { Core } from './core';
import { covers, hasWildcard } from './filters';
import { messageOf } from './messages';
import { REASON } from './reason-codes';
import type { Session } from './session';

/**
 * Acknowledges a PUBLISH and hands the message out, or refuses it as the version allows: MQTT 3.1.1 has an ordinary
 * PUBACK for what is denied. Returns a reason code if the connection has to end instead.
 */
export function publish(
  core: Core,
  packet: IPublishPacket,
  { client, session }: { client: Client; session: Session },
): number | undefined {
  const { settings, rules } = core;
  const { qos, messageId: id = 0 } = packet;
  const topic = topicOf(packet, client, settings.maxTopicAlias);
  if (typeof topic === 'number') return topic;
  if (qos > settings.maxQos) return REASON.qosUnsupported;

  const acknowledge = (reasonCode: number): void => {
    if (qos === 1) client.wire.send({ cmd: 'puback', messageId: id, reasonCode });
    else if (qos === 2) client.wire.send({ cmd: 'pubrec', messageId: id, reasonCode });
  };
  if (qos === 2 && session.incoming.has(id)) {
    acknowledge(REASON.normal); // the client has not got our PUBREC
    return undefined;
  }
  if (!mayPublish(core, client.username, topic)) {
    if (settings.denyAction === 'disconnect') return REASON.notAuthorized;
    acknowledge(REASON.notAuthorized);
    return undefined;
  }

  const message = messageOf(packet, topic, client.id);
  const matches = core.subscriptions.deal(topic, client.id);
  const listening = rules.listens(topic);
  if (qos === 2) session.incoming.add(id);
  acknowledge(matches.length > 0 || listening ? REASON.normal : REASON.noSubscribers);
  core.route(message, matches);
  if (listening) rules.received(client.username, topic, message.payload);
  return undefined;
}

export function mayPublish({ settings, rules }: Core, username: string, topic: string): boolean {
  const forbidden = settings.denied.publish.some((filter) => covers(filter, topic));
  return !forbidden && rules.mayPublish(username, topic);
}

/** The topic, also where an alias stands for it (MQTT 5 §3.3.2.3.4), or why there is none. */
function topicOf(packet: IPublishPacket, { aliases }: Client, maximum: number): string | number {
  const alias = packet.properties?.topicAlias;
  if (alias !== undefined) {
    if (alias === 0 || alias > maximum) return REASON.aliasInvalid;
    if (packet.topic !== '') aliases.set(alias, packet.topic);
  }
  const topic = packet.topic || (alias !== undefined && aliases.get(alias));
  if (!topic) return REASON.protocolError;
  return hasWildcard(topic) || topic.includes('\0') ? REASON.topicInvalid : topic;
}
