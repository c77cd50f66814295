import type { MqttClient } from 'mqtt';
import should from 'should';
import { event } from '../../support/events';
import { loadFlow, nodeOf, unload } from '../../support/flows';
import { type Mosquitto, startMosquitto } from '../../support/mosquitto';
import {
  credentials,
  next,
  palette,
  place,
  project,
  ready,
  record,
  type Seen,
  tab,
} from '../../support/project';

/** The largest packet that the broker takes, in bytes. */
export const LIMIT = 100_000;

/**
 * Before the tests of the suite: a broker with the platform and a flow with the ezt-attr-out `out`. `give` gets the platform and
 * what the Catch node catches, which is empty again before each test.
 */
export function withNode(give: (platform: MqttClient, errors: Seen[]) => void) {
  let broker: Mosquitto;
  let platform: MqttClient;
  let errors: Seen[];
  let completed: Seen[];

  before(async () => {
    broker = await startMosquitto({ maxPacketSize: LIMIT });
    platform = await broker.platform();
    await platform.subscribeAsync(`open/${broker.key}/+/attributes_push`, { qos: 2 });
    await loadFlow(flow({}), { credentials: credentials(broker) });
    await ready('out');
    errors = record('errors');
    completed = record('completed');
    give(platform, errors);
  });
  beforeEach(() => errors.splice(0));
  after(async () => {
    await unload();
    await broker.stop();
  });

  const func = "return { device: 'DU_1', payload: Object.assign(Object.create(null), { a: new Date(0) }) };";
  const flow = (properties: Record<string, unknown>) => [
    ...tab('out'),
    ...project(broker),
    ...palette('ezt-attr-out', 'out', properties),
    { id: 'shift', type: 'function', ...place, func, outputs: 1, wires: [['out']] },
  ];

  /** What the platform gets when the node gets `message`: `<device> <payload>` of each publish, and its QoS. */
  async function published(
    message: Record<string, unknown>,
    count = 1,
  ): Promise<{ texts: string[]; qos: number[] }> {
    const texts: string[] = [];
    const qos: number[] = [];
    const note = (topic: string, payload: Buffer, packet: { qos: number }) => {
      const [, key, device, channel] = topic.split('/');
      should([key, channel]).deepEqual([broker.key, 'attributes_push']);
      texts.push(`${device} ${payload}`);
      qos.push(packet.qos);
    };
    platform.on('message', note);
    const before = completed.length;
    await next('completed', () => nodeOf('out').receive(message));
    while (texts.length < count) await event(platform, 'message', 5000);
    platform.off('message', note);
    should(completed.length).equal(before + 1);
    should(errors).deepEqual([]);
    return { texts, qos };
  }
  return { flow, published };
}
