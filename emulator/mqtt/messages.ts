import type { IPublishPacket } from 'mqtt-packet';

/** A message on its way through the broker. */
export interface Message {
  topic: string;
  payload: Buffer;
  qos: 0 | 1 | 2;
  retain: boolean;
  /** What MQTT 5 has beside the payload, for subscribers to get as it came. */
  properties?: IPublishPacket['properties'];
  /** Client id of the publisher. */
  from?: string;
  /** Milliseconds since the epoch. */
  expiresAt?: number;
}

/** The message in a PUBLISH (or a will), whose topic is known by now. */
export function messageOf(
  packet: Pick<IPublishPacket, 'payload' | 'properties'> & { qos?: 0 | 1 | 2; retain?: boolean },
  topic: string,
  from: string,
): Message {
  const { topicAlias: _, messageExpiryInterval: expiry, ...properties } = packet.properties ?? {};
  return {
    topic,
    payload: Buffer.from(packet.payload), // a copy, which does not keep the chunk that it came in
    qos: packet.qos ?? 0,
    retain: packet.retain ?? false,
    properties,
    from,
    ...(expiry !== undefined && { expiresAt: Date.now() + expiry * 1000 }),
  };
}

/** Seconds left, rounded up; `undefined`: it does not expire; 0: it has. */
export function secondsLeft({ expiresAt }: Message): number | undefined {
  return expiresAt === undefined ? undefined : Math.max(0, Math.ceil((expiresAt - Date.now()) / 1000));
}
