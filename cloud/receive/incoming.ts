import type { Aliases } from '../protocol/aliases';
import type { Envelope } from '../protocol/device-message';
import { isPlainObject } from '../protocol/json';
import type { Topic } from '../protocol/topics';
import type { Connection } from '../transport/connection';
import type { Received } from '../transport/publish-packets';

/** A received message that somebody may want. */
export interface Incoming {
  connection: Connection;
  received: Received;
  topic: Topic;
  /** Time of receipt, milliseconds since the epoch. */
  timestamp: number;
  /** A command reply that the commands have got already. */
  answered: boolean;
}

/** `project`: its label. `nameOf` gives a device's alias; without it no device has one. */
export function envelopeOf(
  { received, topic, timestamp }: Incoming,
  project: string,
  nameOf?: Aliases['nameOf'],
): Envelope {
  const envelope: Envelope = {
    topic: received.topic,
    device: topic.device,
    project,
    timestamp,
    qos: received.qos,
    retain: received.retain,
    type: topic.channel,
  };
  const name = nameOf?.(topic.device);
  if (name !== undefined) envelope.name = name;
  if (topic.stream !== undefined) envelope.stream = topic.stream;
  return envelope;
}

/**
 * Whether a message comes from the device itself. Alarms and `online: false` come from the platform; `online: true` counts,
 * because the device has connected. `payload`: decoded.
 */
export function isFromDevice({ channel }: Topic, payload: unknown): boolean {
  if (channel === 'alarm') return false;
  return channel !== 'online' || (isPlainObject(payload) && payload.online === true);
}
