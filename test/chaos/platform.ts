import { randomBytes } from 'node:crypto';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import type { SuiteBroker } from '../support/broker';
import { event } from '../support/events';
import { tenOf } from './changes';

/** A message that was published to Node-RED, or that came from it. */
export interface Mark {
  stream: string;
  n: number;
  /** Of the Node-RED process that sent it. */
  run: number;
  at: number;
}

/** What a device has reported; `at`: when. */
export interface Report extends Mark {
  /** When the broker's acknowledgement came. */
  acknowledged: number;
}

/** The other side of the broker: devices that report and obey, and whoever writes down what came. */
export interface Platform {
  /** What the broker has acknowledged to the devices. */
  readonly published: Report[];
  /** When the devices' connection began, each time. */
  readonly connections: number[];
  /** What came from Node-RED, in order; without what the broker itself delivered twice. */
  readonly received: Mark[];
  /** Starts and stops the reports. */
  report(on: boolean): void;
  /** Reports that the broker has not acknowledged yet. */
  readonly outstanding: number;
  stop(): Promise<void>;
}

/**
 * Messages per second from each of two devices. A broker of others keeps 1,000 messages for a session, and Node-RED may be
 * away for 120 s.
 */
const RATE = 20;
const RATE_ELSEWHERE = 4;
const DEVICES = ['DU_a', 'DU_b'];

/** Seconds. A broker that outlives the run would go on filling the sessions, and soon be slow. */
export const SESSION_EXPIRY = 600;
/** Seconds that a message may wait in the queue. */
export const QUEUE_EXPIRY = 60;

export async function startPlatform(broker: SuiteBroker): Promise<Platform> {
  const run = randomBytes(4).toString('hex'); // a broker that outlives the run keeps the sessions
  const connect = async (name: string): Promise<MqttClient> => {
    const options: IClientOptions = {
      username: broker.key,
      password: broker.secret,
      ca: broker.ca,
      protocolVersion: 5,
      clientId: `ledger-${name}-${run}`,
      clean: false,
      properties: { sessionExpiryInterval: SESSION_EXPIRY },
      reconnectPeriod: 200,
    };
    const client = mqtt.connect(broker.endpoint, options);
    client.on('error', () => client.connected); // it reconnects by itself
    await event(client, 'connect', 10_000);
    return client;
  };
  const devices = await connect('devices');
  const recorder = await connect('recorder');
  const connections: number[] = [];
  devices.on('connect', () => connections.push(Date.now()));
  const published: Report[] = [];
  const received: Mark[] = [];
  const seen = new Set<string>();
  const ignored = new Set<string>();
  let outstanding = 0;
  let last = 0;
  let timer: NodeJS.Timeout | undefined;

  const topic = (device: string, channel: string) => `open/${broker.key}/${device}/${channel}`;
  await recorder.subscribeAsync(topic('+', 'attributes_push'), { qos: 1 });
  await recorder.subscribeAsync(topic('+', 'command_send'), { qos: 1 });

  recorder.on('message', (name, payload, { dup }) => {
    const stream = (name.split('/')[2] ?? '').replace('DU_', '');
    const message = JSON.parse(payload.toString()) as Mark & { params?: Mark; id?: number };
    const { n, run } = message.params ?? message;
    const key = `${stream} ${run} ${n}`;
    if (dup && seen.has(key)) return; // the broker's second delivery to us says nothing of Node-RED
    seen.add(key);
    received.push({ stream, n, run, at: Date.now() });
    if (message.params && !isIgnored(stream, n, key)) {
      const reply = { method: 'count', params: { n }, id: message.id };
      devices.publish(topic(`DU_${stream}`, 'command_reply'), JSON.stringify(reply), { qos: 1 });
    }
  });

  /** Some commands are not answered before the second time that they come, or never. */
  function isIgnored(stream: string, n: number, key: string): boolean {
    if (stream !== 'retry' || n % 3 !== 0) return false;
    if (ignored.has(key)) return n % 2 === 0;
    ignored.add(key);
    return true;
  }

  /** A device that sleeps: online for a second and a half, then offline as long; awake for good when reports end. */
  let asleep = false;
  const sleeper = setInterval(() => {
    asleep = !asleep && timer !== undefined;
    const online = topic('DU_hold', 'online');
    devices.publish(online, JSON.stringify({ online: !asleep }), { qos: 1 }, () => undefined);
  }, 1500);

  function publish() {
    for (const device of DEVICES) {
      last += 1;
      const mark = { stream: device, n: last, run: 0, at: Date.now() };
      outstanding += 1;
      devices.publish(
        topic(device, 'attributes'),
        JSON.stringify({ n: last, ten: tenOf(last) }),
        { qos: 1 },
        (error) => {
          outstanding -= 1;
          if (!error) published.push({ ...mark, acknowledged: Date.now() });
        },
      );
    }
  }

  return {
    published,
    received,
    connections,
    report(on) {
      clearInterval(timer);
      timer = undefined;
      if (on) timer = setInterval(publish, 1000 / (broker.own ? RATE : RATE_ELSEWHERE));
    },
    get outstanding() {
      return outstanding;
    },
    async stop() {
      clearInterval(sleeper);
      clearInterval(timer);
      await Promise.all([devices.endAsync(true), recorder.endAsync(true)]);
    },
  };
}
