import type { MqttClient } from 'mqtt';
import type { Connection } from './connection';

export interface RequestContext {
  /** Milliseconds until SUBACK or UNSUBACK. */
  timeout: number;
  isOpen(): boolean;
  /** Whether the socket is not read at present: an answer may have come. */
  isPaused(): boolean;
  onTimeout(error: Error): void;
}

/** SUBSCRIBE and UNSUBSCRIBE through mqtt.js, with the broker's answer for each filter. */
export function createSubscribeRequests(
  client: MqttClient,
  { timeout, isOpen, isPaused, onTimeout }: RequestContext,
): Pick<Connection, 'subscribe' | 'unsubscribe'> {
  /** Fails the connection when the broker does not answer: it would go on without the subscriptions. */
  function answer<T>(
    what: string,
    ask: (resolve: (value: T) => void, reject: (error: Error) => void) => void,
  ): Promise<T> {
    const timer = setInterval(() => {
      if (!isPaused()) onTimeout(new Error(`timeout: no ${what}`)); // it may have come, and wait to be read
    }, timeout);
    return new Promise(ask).finally(() => clearInterval(timer));
  }

  return {
    subscribe(filters, identifier, answered) {
      const asked = Object.fromEntries(filters.map(([filter, qos]) => [filter, { qos, rh: 1 } as const]));
      const properties =
        identifier === undefined ? {} : { properties: { subscriptionIdentifier: identifier } };
      return answer('SUBACK', (resolve, reject) => {
        client.subscribe(asked, { qos: 0, ...properties }, (error, _granted, packet) => {
          const codes = packet?.granted.map(Number);
          if (codes?.length !== filters.length) {
            reject(error ?? new Error('SUBACK does not fit the SUBSCRIBE'));
            return;
          }
          if (isOpen()) answered?.(codes);
          resolve(codes);
        });
      });
    },
    unsubscribe: (filters) =>
      answer('UNSUBACK', (resolve, reject) => {
        client.unsubscribe([...filters], {}, (error, packet) => {
          // UNSUBACK has no reason codes in MQTT 3.1.1.
          const codes = packet && 'granted' in packet ? (packet.granted as (number | string)[]) : [];
          if (error) reject(error);
          else resolve(filters.map((_, i) => Number(codes[i] ?? 0)));
        });
      }),
  };
}
