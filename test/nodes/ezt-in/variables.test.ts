import should from 'should';
import { collect, until } from '../../support/events';
import { type Flow, loadFlow, nodeOf, unload } from '../../support/flows';
import { needs } from '../../support/machine';
import type { Mosquitto } from '../../support/mosquitto';
import { credentials, palette, place, project, ready, record, statusOf, tab } from '../../support/project';
import { shows } from '../../support/statuses';
import { type Device, withPlatform } from './with-platform';

const variable = (name: string): string => `\${${name}}`;

describe('ezt-in: lists from variables', function () {
  needs(this, 'mosquitto');
  let broker: Mosquitto;
  let device: Device;

  withPlatform((started, sender) => {
    broker = started;
    device = sender;
  });
  afterEach(async () => {
    for (const name of Object.keys(process.env)) if (name.startsWith('EZT_LIST')) delete process.env[name];
    await unload();
  });

  const load = (nodes: Flow, env: object[] = []) =>
    loadFlow(
      [...tab().map((node) => (node.id === 'tab' ? { ...node, env } : node)), ...project(broker), ...nodes],
      { credentials: credentials(broker) },
    );
  /** What the broker has been asked for, without `open/<key>/`. */
  const filters = async () =>
    Object.keys((await statusOf('cloud')).filters)
      .map((filter) => filter.slice(`open/${broker.key}/`.length))
      .sort();
  const subscribed = (...expected: string[]) =>
    until(
      async () => JSON.stringify(await filters()) === JSON.stringify(expected),
      5000,
      `the filters ${expected}`,
    );
  const BOTH = ['DU_a/attributes', 'DU_b/attributes'];

  const inProcess: [what: string, value: string][] = [
    ['commas', 'DU_a,DU_b'],
    ['full-width commas and blanks', ' DU_a ， DU_b，'],
    ['enumeration commas', 'DU_a、DU_b'],
    ['semicolons', 'DU_a；DU_b;DU_a'],
    ['line ends', 'DU_a\r\nDU_b\n'],
    ['JSON', '["DU_a", "DU_b"]'],
  ];
  for (const [what, value] of inProcess) {
    it(`several devices of the process's environment, by ${what}`, async () => {
      process.env['EZT_LIST-保活'] = value;
      await load(palette('ezt-in', 'in', { devices: [variable('EZT_LIST-保活')] }));
      await ready('in');
      should(await filters()).eql(BOTH);
    });
  }

  it('one device beside those of a variable, and a variable in place of the list', async () => {
    process.env.EZT_LIST = 'DU_a, DU_b';
    await load([
      ...palette('ezt-in', 'beside', { devices: ['DU_c', variable('EZT_LIST')] }),
      ...palette('ezt-in', 'whole', { devices: variable('EZT_LIST'), types: ['alarm'] }),
    ]);
    await ready('beside', 'whole');
    should(await filters()).eql([
      'DU_a/alarm',
      ...BOTH.slice(0, 1),
      'DU_b/alarm',
      BOTH[1],
      'DU_c/attributes',
    ]);
  });

  it('types and streams of a tab, whose environment has JSON', async () => {
    const env = [
      { name: 'TYPES', type: 'json', value: '["data", "online"]' },
      { name: 'STREAMS', type: 'str', value: 's1；s2' },
    ];
    const lists = { types: [variable('TYPES')], streams: [variable('STREAMS')], devices: ['DU_a'] };
    await load(palette('ezt-in', 'in', lists), env);
    await ready('in');
    should(await filters()).eql(['DU_a/data/s1', 'DU_a/data/s2', 'DU_a/online']);
  });

  const inSubflow: [what: string, name: string, subflowEnv: object[], instanceEnv: object[]][] = [
    ['of a subflow', 'DEVS', [{ name: 'DEVS', type: 'json', value: '["DU_a", "DU_b"]' }], []],
    [
      'of a subflow’s instance',
      'DEVS',
      [{ name: 'DEVS', type: 'str', value: 'DU_x' }],
      [{ name: 'DEVS', type: 'str', value: 'DU_a、DU_b' }],
    ],
    ['of what a subflow stands on', '$parent.DEVS', [{ name: 'DEVS', type: 'str', value: 'DU_x' }], []],
  ];
  for (const [what, name, env, instanceEnv] of inSubflow) {
    it(`devices ${what}`, async () => {
      await load(
        [
          { id: 'sub', type: 'subflow', name: 'sub', in: [], out: [], env },
          {
            ...palette('ezt-in', 'inner', { z: 'sub', devices: [variable(name)] })[0],
            wires: [[]],
          } as Flow[0],
          { id: 'instance', type: 'subflow:sub', ...place, env: instanceEnv, wires: [] },
        ],
        [{ name: 'DEVS', type: 'str', value: 'DU_b,DU_a' }],
      );
      await subscribed(...BOTH);
    });
  }

  it('streams in a subflow within a subflow: of a variable a list, of a person whole', async () => {
    const streams = { types: ['data'], devices: ['DU_a'], streams: [variable('STREAMS'), 'x,y'] };
    const [inner = {}] = palette('ezt-in', 'inner', { z: 'sub', ...streams });
    const env = [{ name: 'STREAMS', type: 'str', value: 's1,s2' }];
    await load([
      { id: 'sub', type: 'subflow', name: 'sub', in: [], out: [], env: [] },
      { ...inner, wires: [[]] },
      { id: 'outer', type: 'subflow', name: 'outer', in: [], out: [], env },
      { id: 'nested', type: 'subflow:sub', z: 'outer', x: 0, y: 0, env: [], wires: [] },
      { id: 'instance', type: 'subflow:outer', ...place, env: [], wires: [] },
    ]);
    await subscribed('DU_a/data/s1', 'DU_a/data/s2', 'DU_a/data/x,y');
  });

  it('methods: what a person wrote is whole, what a variable holds is a list', async () => {
    process.env.EZT_LIST = 'a, b';
    process.env.EZT_LIST_JSON = '["a, b"]';
    const events = { types: ['event_report'], devices: ['DU_a'] };
    await load([
      ...palette('ezt-in', 'written', { ...events, methods: ['a, b'] }),
      ...palette('ezt-in', 'variable', { ...events, methods: [variable('EZT_LIST')] }),
      ...palette('ezt-in', 'json', { ...events, methods: [variable('EZT_LIST_JSON')] }),
      ...palette('ezt-in', 'ends', { types: ['online'], devices: ['DU_end'] }),
    ]);
    await ready('written', 'variable', 'json', 'ends');
    const seen = ['written', 'variable', 'json'].map((id) => record(`${id}.got`));
    const ended = collect(nodeOf('ends.got'), 1);
    for (const method of ['a', 'a, b', 'b']) await device('DU_a/event_report', { method, params: {} });
    await device('DU_end/online', { online: true });
    await ended;
    const methods = seen.map((messages) =>
      messages.map(({ payload }) => Reflect.get(Object(payload), 'method')),
    );
    methods.should.eql([['a, b'], ['a', 'b'], ['a, b']]);
  });

  it('attributes of a variable', async () => {
    process.env.EZT_LIST = 'a\nc';
    await load([
      ...palette('ezt-in', 'in', { devices: ['DU_a'], attributes: [variable('EZT_LIST')] }),
      ...palette('ezt-in', 'ends', { types: ['online'], devices: ['DU_a'] }),
    ]);
    await ready('in', 'ends');
    const arrived = collect(nodeOf('in.got'), 1);
    await device('DU_a/attributes', { a: 1, b: 2, c: 3 });
    should((await arrived)[0]).containEql({ payload: { a: 1, c: 3 } });
  });

  const unusable: [what: string, properties: object, value?: string][] = [
    ['a variable that is not set', { devices: [variable('EZT_LIST')] }],
    ['a variable within a name', { devices: [`DU_${variable('EZT_LIST')}`] }, 'DU_a'],
    ['a variable with a blank', { devices: [variable('EZT LIST')] }],
    ['a name with a zero-width space', { devices: [variable('EZT_LIST')] }, 'DU_a,DU_b\u200b'],
    ['a stream with a byte-order mark', { types: ['data'], streams: ['\ufeffs1'] }],
    ['a method with a soft hyphen', { types: ['event_report'], methods: ['mo\u00adtion'] }],
    ['an attribute with a no-break space', { attributes: ['a\u00a0'] }],
    ['names with a blank between them', { devices: [variable('EZT_LIST')] }, 'DU_a DU_b'],
    ['an unknown type', { types: [variable('EZT_LIST')] }, 'attributes,weather'],
    ['a list of objects', { devices: [variable('EZT_LIST')] }, '[{"device":"DU_a"}]'],
  ];
  for (const [what, properties, value] of unusable) {
    it(`${what}: said on the node, and nothing is subscribed`, async () => {
      if (value !== undefined) process.env.EZT_LIST = value;
      await load(palette('ezt-in', 'in', { ...properties }));
      await shows('in', ({ fill, shape, text = '' }) => fill === 'red' && shape === 'ring' && text !== '');
      should(broker.connections()).equal(0);
    });
  }
});
