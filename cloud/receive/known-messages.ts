import type { KnownDevice } from '../devices/known-device';
import type { Aliases } from '../protocol/aliases';
import type { Envelope } from '../protocol/device-message';
import { clonePayload, type PlainObject } from '../protocol/json';
import { MESSAGES } from '../protocol/messages';
import { type Channel, formatTopic } from '../protocol/topics';
import type { Receiver } from '../subscriptions/listener';
import { noteSent, noteState } from './changes';
import { messagesFor } from './delivery';

/** The project that devices are known of. */
export interface KnownOf {
  projectKey: string;
  /** Its label. */
  project: string;
  /** As in the inbox: how to find a device's alias, where there are any. */
  names(): Aliases['nameOf'] | undefined;
}

/**
 * Gives `receiver` what is known of a device on `channels`, in the form of messages that have been received: with
 * `known`, with their age, with the time of receipt as timestamp (of an object the newest attribute's), with QoS 0, and
 * not retained. Returns how many messages it got.
 */
export function tellKnown(
  of: KnownOf,
  receiver: Receiver,
  channels: readonly Channel[],
  known: KnownDevice,
): number {
  let messages = 0;
  for (const channel of channels) messages += tellChannel(of, receiver, channel, known);
  return messages;
}

function tellChannel(
  { project, projectKey, names }: KnownOf,
  receiver: Receiver,
  channel: Channel,
  known: KnownDevice,
): number {
  const state = stateOf(receiver, channel, known);
  if (!state) return 0;
  const { device } = known;
  const envelope: Envelope = {
    topic: formatTopic(projectKey, device, channel),
    device,
    project,
    timestamp: state.at,
    qos: 0,
    retain: false,
    type: channel,
  };
  const name = names()?.(device);
  if (name !== undefined) envelope.name = name;
  const decoded = { payload: state.payload, inside: state.inside };
  // Told even if it has not changed, and sent with that.
  const messages = messagesFor(receiver, envelope, decoded, clonePayload, undefined);
  noteTold(receiver, channel, known, state.payload);
  const now = Date.now();
  for (const message of messages) {
    const { attribute } = message;
    if (attribute !== undefined) message.timestamp = known.attributes.get(attribute)?.at ?? state.at;
    message.known = true;
    message.age = Math.max(0, now - message.timestamp);
    receiver.onMessage(message);
  }
  return messages.length;
}

/** What is known on `channel`, as a message of it holds it; `undefined` for nothing. */
function stateOf({ attributes: filter }: Receiver, channel: Channel, known: KnownDevice) {
  if (channel === 'attributes') return attributesOf(filter, known);
  if (channel === 'online' && known.online !== null) {
    const payload = { online: known.online };
    return { payload, at: known.onlineAt ?? known.lastSeen, inside: MESSAGES.online.inside(payload) };
  }
  if (channel === 'alarm' && known.alarm !== null) {
    const payload = { alerting: known.alarm };
    return { payload, at: known.alarmAt ?? known.lastSeen, inside: MESSAGES.alarm.inside(payload) };
  }
  return undefined;
}

function attributesOf(filter: readonly string[], { attributes }: KnownDevice) {
  const payload: PlainObject = {};
  let at: number | undefined;
  for (const name of filter.length === 0 ? attributes.keys() : filter) {
    const known = attributes.get(name);
    if (known?.value === undefined) continue; // not known, or too large to be remembered
    payload[name] = known.value;
    at = Math.max(at ?? known.at, known.at);
  }
  return at === undefined ? undefined : { payload, at, inside: MESSAGES.attributes.inside(payload) };
}

function noteTold(
  { changes }: Receiver,
  channel: Channel,
  { device }: KnownDevice,
  payload: PlainObject,
): void {
  if (!changes) return;
  if (channel === 'attributes') noteSent(changes, device, payload, Object.keys(payload));
  else if (channel === 'online') noteState(changes, device, 'online', payload.online === true);
  else if (channel === 'alarm') noteState(changes, device, 'alarm', payload.alerting === true);
}
