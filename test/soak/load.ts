import { performance } from 'node:perf_hooks';
import type { Mosquitto } from '../support/mosquitto';
import { DEVICES, isPlain, type PLAIN } from './flow';

/** Devices that report, raise alarms, fall silent and answer commands. */
export interface Load {
  /** Messages sent so far, by devices. */
  readonly sent: number;
  /** Of these, the attributes from devices of which each message leaves one node of {@link PLAIN} once. */
  readonly plain: number;
  /** Seconds in which they were sent: neither paused nor without the broker. */
  readonly seconds: number;
  pause(paused: boolean): void;
  stop(): void;
}

/** ms between two bursts. */
const TICK = 50;
/** The most ms that a late burst makes up for. */
const LATEST = 1000;

/** Sends `rate` messages a second to the broker while it is there. */
export async function startLoad(broker: Mosquitto, rate: number): Promise<Load> {
  const client = await broker.platform();
  const topic = (device: string, channel: string) => `open/${broker.key}/${device}/${channel}`;
  let sent = 0;
  let plain = 0;
  let sending = 0;
  let owed = 0;
  let last = performance.now();
  let paused = false;

  client.on('message', (name, payload) => {
    const device = name.split('/')[2] ?? '';
    client.publish(topic(device, 'command_reply'), payload, { qos: 0 });
  });
  // The broker forgets it when it restarts; mqtt.js subscribes again by itself.
  await client.subscribeAsync(topic('+', 'command_send'), { qos: 0 });

  /** Mostly attributes with a wave through the limits of the watches; now and then something rarer. */
  function next(): void {
    const device = `DU_${sent % DEVICES}`;
    const round = Math.floor(sent / DEVICES);
    sent += 1;
    if (round % 100 === 1) client.publish(topic(device, 'online'), '{"online":true}', { qos: 0 });
    else if (round % 400 === 2) client.publish(topic(device, 'alarm'), '{"alerting":true}', { qos: 0 });
    else if (round % 400 === 202) client.publish(topic(device, 'alarm'), '{"alerting":false}', { qos: 0 });
    else {
      if (isPlain(device)) plain += 1;
      const t = Math.round(50 + 20 * Math.sin(round / 50));
      client.publish(topic(device, 'attributes'), JSON.stringify({ t, n: round, mode: 'auto' }), { qos: 0 });
    }
  }

  const timer = setInterval(() => {
    const now = performance.now();
    const passed = Math.min(now - last, LATEST);
    last = now;
    if (paused || !client.connected) return;
    sending += passed;
    // By the clock: on a busy machine the timer is late.
    for (owed += (rate * passed) / 1000; owed >= 1; owed -= 1) next();
  }, TICK);

  return {
    get sent() {
      return sent;
    },
    get plain() {
      return plain;
    },
    get seconds() {
      return sending / 1000;
    },
    pause(value) {
      paused = value;
    },
    stop: () => clearInterval(timer),
  };
}
