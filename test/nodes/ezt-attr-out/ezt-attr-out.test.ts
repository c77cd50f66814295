import type { MqttClient } from 'mqtt';
import should from 'should';
import { event } from '../../support/events';
import { deploy, loadFlow, nodeOf, unload } from '../../support/flows';
import { needs } from '../../support/machine';
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
  statusOf,
  tab,
} from '../../support/project';

const LIMIT = 100_000;

class Row {
  a = 1;
  b = undefined;
  at = new Date(0);
}

describe('ezt-attr-out', function () {
  needs(this, 'mosquitto');
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

  const objects: [
    what: string,
    properties: Record<string, unknown>,
    message: Record<string, unknown>,
    texts: string[],
  ][] = [
    ['an object', {}, { device: 'DU_1', payload: { b: 2, a: [null] } }, ['DU_1 {"b":2,"a":[null]}']],
    ['the value of a named attribute', { attribute: 't' }, { device: 'DU_1', payload: 0 }, ['DU_1 {"t":0}']],
    [
      'a row of a database, without what is undefined',
      {},
      { device: 'DU_1', payload: new Row() },
      ['DU_1 {"a":1,"at":"1970-01-01T00:00:00.000Z"}'],
    ],
    ['null as a value', { attribute: 't' }, { device: 'DU_1', payload: null }, ['DU_1 {"t":null}']],
    ['an object as a value', { attribute: 't' }, { device: 'DU_1', payload: {} }, ['DU_1 {"t":{}}']],
    [
      "the node's device before the message's",
      { device: 'DU_2' },
      { device: 'DU_1', payload: { a: 1 } },
      ['DU_2 {"a":1}'],
    ],
    [
      'a list of devices: one publish each',
      {},
      { device: ['DU_1', 'DU_2', 'DU_3'], payload: { a: 1 } },
      ['DU_1 {"a":1}', 'DU_2 {"a":1}', 'DU_3 {"a":1}'],
    ],
    [
      'text that names several devices: one publish each',
      {},
      { device: 'DU_1 , DU_2；DU_3\r\n', payload: { a: 1 } },
      ['DU_1 {"a":1}', 'DU_2 {"a":1}', 'DU_3 {"a":1}'],
    ],
    [
      'several devices of the node',
      { device: 'DU_1、DU_2' },
      { payload: { a: 1 } },
      ['DU_1 {"a":1}', 'DU_2 {"a":1}'],
    ],
    [
      'other fields of the message do not travel',
      {},
      { device: 'DU_1', payload: { a: 1 }, topic: 'x', qos: 0 },
      ['DU_1 {"a":1}'],
    ],
    [
      'a device with unusual characters',
      {},
      { device: '设备$1', payload: { a: '值' } },
      ['设备$1 {"a":"值"}'],
    ],
  ];
  for (const [what, properties, message, texts] of objects) {
    it(`publishes ${what}`, async () => {
      await deploy(flow(properties), 'nodes');
      const { texts: got, qos } = await published(message, texts.length);
      should(got).deepEqual(texts);
      should(new Set(qos)).deepEqual(new Set([1]));
    });
  }

  for (const qos of [0, 1, 2]) {
    it(`publishes with QoS ${qos}`, async () => {
      await deploy(flow({ qos }), 'nodes');
      should((await published({ device: 'DU_1', payload: { a: 1 } })).qos).deepEqual([qos]);
    });
  }

  it('publishes an object of a Function node, made in another realm', async () => {
    const got = new Promise<string>((resolve) =>
      platform.once('message', (_topic, text) => resolve(`${text}`)),
    );
    await next('completed', () => nodeOf('shift').receive({}));
    should(await got).equal('{"a":"1970-01-01T00:00:00.000Z"}');
  });

  const circular: Record<string, unknown> = { a: 1 };
  circular.self = circular;
  const deep = JSON.parse(`${'{"a":'.repeat(300)}1${'}'.repeat(300)}`);
  const payload = { a: 1 };
  const refused: [what: string, code: string, message: Record<string, unknown>][] = [
    ...['+', '#', 'a/b', '..', '.', '\0', '\u0007', '', 'x'.repeat(129), 'x'.repeat(70_000), '\ud800'].map(
      (device): [string, string, Record<string, unknown>] => [
        `device ${JSON.stringify(device.slice(0, 20))}, ${device.length} characters`,
        'EZT_DEVICE',
        { device, payload },
      ],
    ),
    ['no device', 'EZT_DEVICE', { payload }],
    ['a number as device', 'EZT_DEVICE', { device: 5, payload }],
    ['an object as device', 'EZT_DEVICE', { device: { toString: () => 'DU_1' }, payload }],
    ['an empty list of devices', 'EZT_DEVICE', { device: [], payload }],
    ['a list with one bad device', 'EZT_DEVICE', { device: ['DU_1', 'a/b'], payload }],
    ['text with one bad device', 'EZT_DEVICE', { device: 'DU_1,DU_2\u200b', payload }],
    ['two devices with a blank between them', 'EZT_DEVICE', { device: 'DU_1 DU_2', payload }],
    ['a list in a list', 'EZT_DEVICE', { device: [['DU_1']], payload }],
    ...[undefined, null, 5, 'text', true, [1], Buffer.from('{}'), new Date(), new Map([['a', 1]])].map(
      (value): [string, string, Record<string, unknown>] => [
        `payload ${Object.prototype.toString.call(value)}`,
        'EZT_PAYLOAD',
        { device: 'DU_1', payload: value },
      ],
    ),
    ['an empty object', 'EZT_PAYLOAD', { device: 'DU_1', payload: {} }],
    ['an object without a value', 'EZT_PAYLOAD', { device: 'DU_1', payload: { a: undefined } }],
    ...[Number.NaN, Number.POSITIVE_INFINITY, 1n, () => 1, circular, deep, Buffer.of(1), new Date('x')].map(
      (value): [string, string, Record<string, unknown>] => [
        `a ${typeof value} that JSON cannot hold`,
        'EZT_PAYLOAD',
        { device: 'DU_1', payload: { a: [value] } },
      ],
    ),
    ['an attribute with a space', 'EZT_PAYLOAD', { device: 'DU_1', payload: { 'a b': 1 } }],
    ['an attribute with a Chinese name', 'EZT_PAYLOAD', { device: 'DU_1', payload: { 温度: 1 } }],
    ['an attribute without a name', 'EZT_PAYLOAD', { device: 'DU_1', payload: { '': 1 } }],
    ['more than the broker takes', 'EZT_PAYLOAD', { device: 'DU_1', payload: { a: 'x'.repeat(LIMIT) } }],
  ];
  for (const [what, code, message] of refused) {
    it(`refuses ${what}: ${code}, nothing sent, the connection stays`, async () => {
      await deploy(flow({}), 'nodes');
      const { connections } = (await statusOf('cloud')).counters;
      const caught = await next('errors', () => nodeOf('out').receive(message));
      should(caught.error?.code).equal(code);
      should(caught.error?.message).match(/\S/);
      errors.length.should.equal(1);
      errors.splice(0);
      should((await published({ device: 'DU_9', payload })).texts).deepEqual(['DU_9 {"a":1}']);
      should((await statusOf('cloud')).counters.connections).equal(connections);
    });
  }
});
