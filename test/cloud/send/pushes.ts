import type { Message } from '../../../cloud/send/message';
import { fakeConnection } from './fake-connection';

export const OPTIONS = { limit: 5, expiry: 60_000, rate: 0 };
export const push = (device: string, attributes: object, latest = true): Message => ({
  topic: device,
  payload: Buffer.from(JSON.stringify(attributes)),
  qos: 1,
  latest,
});

/** A connection, and what was published on it: device and attributes. */
export function recorded() {
  const connection = fakeConnection();
  const published: [string, unknown][] = [];
  const { publish } = connection;
  connection.publish = (topic, payload, qos, settled) => {
    published.push([topic, JSON.parse(payload.toString())]);
    publish(topic, payload, qos, settled);
  };
  return { connection, published };
}
