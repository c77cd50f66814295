import type { Mosquitto } from '../support/mosquitto';
import { DEVICES } from './flow';

/** Devices that report, raise alarms, fall silent and answer commands. */
export interface Load {
  /** Messages sent so far, by devices. */
  readonly sent: number;
  pause(paused: boolean): void;
  stop(): void;
}

/** ms between two bursts. */
const TICK = 50;

/** Sends `rate` messages a second to the broker while it is there. */
export async function startLoad(broker: Mosquitto, rate: number): Promise<Load> {
  const client = await broker.platform();
  const topic = (device: string, channel: string) => `open/${broker.key}/${device}/${channel}`;
  let sent = 0;
  let owed = 0;
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
      const t = Math.round(50 + 20 * Math.sin(round / 50));
      client.publish(topic(device, 'attributes'), JSON.stringify({ t, n: round, mode: 'auto' }), { qos: 0 });
    }
  }

  const timer = setInterval(() => {
    if (paused || !client.connected) return;
    for (owed += (rate * TICK) / 1000; owed >= 1; owed -= 1) next();
  }, TICK);

  return {
    get sent() {
      return sent;
    },
    pause(value) {
      paused = value;
    },
    stop: () => clearInterval(timer),
  };
}
