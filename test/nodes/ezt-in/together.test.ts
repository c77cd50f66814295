import should from 'should';
import { collect } from '../../support/events';
import { loadFlow, nodeOf, unload } from '../../support/flows';
import { needs } from '../../support/machine';
import type { Mosquitto } from '../../support/mosquitto';
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
import { type Device, withPlatform } from './with-platform';

const MESSAGES = 200;

describe('ezt-in: several of them', function () {
  needs(this, 'mosquitto');
  let broker: Mosquitto;
  let device: Device;

  withPlatform(
    (started, sender) => {
      broker = started;
      device = sender;
    },
    { config: ['max_queued_messages 0'] },
  );
  afterEach(unload);

  const start = async (protocol: string, nodes: Record<string, object>) => {
    const nodeList = Object.entries(nodes).flatMap(([id, properties]) =>
      palette('ezt-in', id, { ...properties }),
    );
    const flow = [...tab(), ...project(broker, { protocol }), ...nodeList];
    await loadFlow(flow, { credentials: credentials(broker) });
    await ready(...Object.keys(nodes));
  };

  for (const protocol of ['5', '3.1.1']) {
    it(`each message once and in order for each, filters overlapping, MQTT ${protocol}`, async () => {
      const nodes = {
        all: { types: [] },
        every: { types: ['attributes', 'data'] },
        one: { devices: ['DU_1'], types: ['attributes'], qos: 2 },
        both: { devices: ['DU_2', 'DU_1'], types: ['attributes', 'data'], qos: 0 },
        stream: { types: ['data'], streams: ['s1'] },
        own: { devices: ['DU_1'], types: ['data'], streams: ['s1', 's2'] },
      };
      await start(protocol, nodes);
      const suffixes = ['DU_1/attributes', 'DU_2/attributes', 'DU_1/data/s1', 'DU_2/data/s2'];
      const wanted = { all: suffixes, every: suffixes, both: suffixes, one: [0], stream: [2], own: [2] };
      const each = Object.entries(wanted).map(async ([id, list]) => {
        const messages = record(`${id}.got`);
        await collect(nodeOf(`${id}.got`), (list.length * MESSAGES) / suffixes.length);
        return { id, list, messages };
      });
      await Promise.all(
        Array.from({ length: MESSAGES }, (_, i) =>
          device(suffixes[i % 4] ?? '', `{"n":${Math.floor(i / 4)}}`),
        ),
      );
      const received = await Promise.all(each);
      await next('all.got', () => device('DU_1/online', { online: true }));
      const numbers = Array.from({ length: MESSAGES / suffixes.length }, (_, n) => n);
      for (const { id, list, messages } of received) {
        for (const suffix of list.map((item) => (typeof item === 'number' ? suffixes[item] : item))) {
          const got = messages
            .filter(({ topic }) => topic === `open/${broker.key}/${suffix}`)
            .map(({ payload }) => Object(Buffer.isBuffer(payload) ? JSON.parse(`${payload}`) : payload).n);
          should(got).deepEqual(numbers, `${id}, ${suffix}`);
        }
      }
    });
  }

  it("each node's message is its own", async () => {
    await start('auto', { a: {}, b: {}, c: { attributes: ['list'], output: 'value' } });
    nodeOf('a.got').on('input', (message) => {
      const { payload } = message as { payload: { list: number[] } };
      payload.list.push(99);
      Object.assign(message, { device: 'changed' });
    });
    const others = Promise.all(['b.got', 'c.got'].map((id) => collect<Seen>(nodeOf(id), 1)));
    await next('a.got', () => device('DU_1/attributes', { list: [1, 2] }));
    const [[b] = [], [c] = []] = await others;
    should(b?.payload).deepEqual({ list: [1, 2] });
    should(c?.payload).deepEqual([1, 2]);
    should([b?.device, c?.device]).deepEqual(['DU_1', 'DU_1']);
  });

  it('a Buffer is its own too', async () => {
    await start('auto', { a: { types: ['data'] }, b: { types: ['data'] } });
    nodeOf('a.got').on('input', (message) => {
      (message as { payload: Buffer }).payload.fill(0);
    });
    const other = collect<Seen>(nodeOf('b.got'), 1);
    await next('a.got', () => device('DU_1/data/s', Buffer.from([1, 2, 3])));
    const [b] = await other;
    should(b?.payload).deepEqual(Buffer.from([1, 2, 3]));
  });

  it('a Join node rebuilds the object from its values', async () => {
    const join = { id: 'join', type: 'join', ...place, mode: 'auto', wires: [['joined']] };
    const flow = [
      ...tab(),
      ...project(broker),
      { id: 'in', type: 'ezt-in', ...place, cloud: 'cloud', output: 'value', wires: [['join', 'values']] },
      join,
      { id: 'joined', type: 'helper', ...place, wires: [] },
      { id: 'values', type: 'helper', ...place, wires: [] },
    ];
    await loadFlow(flow, { credentials: credentials(broker) });
    await ready('in');
    const objects = [{ a: 1, b: [2], c: { d: null } }, { a: 2, c: false }, { z: 'x' }];
    const joined = collect<Seen>(nodeOf('joined'), objects.length);
    const values = collect<Seen>(nodeOf('values'), 6);
    for (const object of objects) await device('DU_1/attributes', object);
    (await joined).map(({ payload }) => payload).should.deepEqual(objects);
    (await values).map(({ attribute }) => attribute).should.deepEqual(['a', 'b', 'c', 'a', 'c', 'z']);
  });
});
