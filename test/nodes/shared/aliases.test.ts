import should from 'should';
import { playDevices, type Sent } from '../../support/devices';
import { until } from '../../support/events';
import { deploy, loadFlow, nodeOf, unload } from '../../support/flows';
import { needs } from '../../support/machine';
import { type Mosquitto, startMosquitto } from '../../support/mosquitto';
import { credentials, deviceOf, next, palette, project, ready, record, tab } from '../../support/project';
import { shows } from '../../support/statuses';

const TABLE = {
  DU_1: { name: 'Pump 1', tags: ['north'] },
  DU_2: { name: '水泵 2', tags: ['north', 'ground floor'] },
  DU_3: { name: 'Twin', tags: [] },
  DU_4: { name: 'Twin', tags: [] },
};

describe('devices by alias and tag', function () {
  needs(this, 'mosquitto');
  let broker: Mosquitto;
  let device: ReturnType<typeof deviceOf>;
  const commands: Sent[] = [];
  const pushed: string[] = [];

  before(async () => {
    broker = await startMosquitto();
    const platform = await broker.platform();
    device = deviceOf(platform, broker.key);
    await playDevices(await broker.platform(), broker.key, (command, reply) => {
      commands.push(command);
      void reply();
    });
    await platform.subscribeAsync(`open/${broker.key}/+/attributes_push`, { qos: 1 });
    platform.on('message', (topic) => pushed.push(String(topic.split('/')[2])));
  });
  beforeEach(() => {
    commands.length = 0;
    pushed.length = 0;
  });
  afterEach(unload);
  after(() => broker.stop());

  const flow = (...nodes: object[][]) => [
    ...tab('out'),
    ...project(broker, { aliases: TABLE }),
    ...(nodes.flat() as ReturnType<typeof palette>),
  ];

  it('ezt-in hears whom an alias or a tag names, and says the name', async () => {
    const names = palette('ezt-in', 'in', { devices: ['#ground floor', 'Pump 1'] });
    await loadFlow(flow(names, palette('ezt-in', 'all', { types: ['attributes', 'online'] })), {
      credentials: credentials(broker),
    });
    await ready('in', 'all');
    const [got, all, errors] = [record('in.got'), record('all.got'), record('errors')];
    for (const name of ['DU_1', 'DU_2', 'DU_3', 'DU_9']) await device(`${name}/attributes`, { n: 1 });
    await device('DU_2/attributes', 'not JSON');
    await until(() => errors.length === 2, 5000, 'the error of both nodes');
    should(got.map((msg) => [msg.device, msg.name])).deepEqual([
      ['DU_1', 'Pump 1'],
      ['DU_2', '水泵 2'],
    ]);
    should(all.map((msg) => [msg.device, msg.name])).deepEqual([
      ['DU_1', 'Pump 1'],
      ['DU_2', '水泵 2'],
      ['DU_3', 'Twin'],
      ['DU_9', undefined],
    ]);
    should(errors.map(({ device: of, name }) => [of, name])).deepEqual([
      ['DU_2', '水泵 2'],
      ['DU_2', '水泵 2'],
    ]);
  });

  const unusable: [what: string, devices: string[], reason: string][] = [
    ['a tag that no device has', ['#west'], 'tagUnknown'],
    ['such a tag beside a device', ['DU_1', '#west'], 'tagUnknown'],
    ['a name of two devices', ['Twin'], 'aliasAmbiguous'],
    ['a name with blanks that is none', ['Pump 9'], 'badCharacter'],
  ];
  for (const [what, devices, reason] of unusable) {
    it(`ezt-in with ${what} hears nobody, and says why`, async () => {
      await loadFlow(flow(palette('ezt-in', 'in', { devices }), palette('ezt-in', 'all')), {
        credentials: credentials(broker),
      });
      await ready('all');
      await shows('in', { fill: 'red', shape: 'ring', text: reason });
      const got = record('in.got');
      await next('all.got', () => device('DU_1/attributes', { n: 1 }));
      should(got).deepEqual([]);
    });
  }

  it('ezt-attr-out pushes to whom the node or the message names', async () => {
    const nodes = [palette('ezt-attr-out', 'out'), palette('ezt-attr-out', 'north', { device: '#north' })];
    await loadFlow(flow(...nodes), { credentials: credentials(broker) });
    await ready('out', 'north');
    const errors = record('errors');
    const send = (name: unknown, node = 'out') =>
      next(`${node}.got`, () => nodeOf(node).receive({ device: name, payload: { a: 1 } }));
    should((await send('Pump 1')).device).equal('DU_1');
    should((await send(['Pump 1', '#north', 'DU_9'])).device).eql(['DU_1', 'DU_2', 'DU_9']);
    should((await send('Pump 1；水泵 2')).device).eql(['DU_1', 'DU_2']);
    should((await send('DU_9', 'north')).device).eql(['DU_1', 'DU_2']);
    await until(() => pushed.length === 8, 5000, 'the pushes');
    should(pushed).eql(['DU_1', 'DU_1', 'DU_2', 'DU_9', 'DU_1', 'DU_2', 'DU_1', 'DU_2']);
    for (const name of ['#west', 'Twin', 'Pump 9']) {
      nodeOf('out').receive({ device: ['DU_1', name], payload: { a: 1 } });
    }
    await until(() => errors.length === 3, 5000, 'the errors');
    should(errors.map(({ error }) => error?.code)).eql(['EZT_DEVICE', 'EZT_DEVICE', 'EZT_DEVICE']);
    should(errors[1]?.error?.message).match(/DU_3, DU_4/);
    should(pushed).have.length(8);
  });

  it('ezt-command-out asks whom the node or the message names', async () => {
    const nodes = [
      palette('ezt-command-out', 'out', { method: 'm' }),
      palette('ezt-command-out', 'named', { method: 'm', device: '水泵 2' }),
    ];
    await loadFlow(flow(...nodes), { credentials: credentials(broker) });
    await ready('out', 'named');
    const reply = await next('out.got', () => nodeOf('out').receive({ device: 'Pump 1', payload: {} }));
    should([reply.device, reply.type]).eql(['DU_1', 'command_reply']);
    const other = await next('named.got', () => nodeOf('named').receive({ payload: {} }));
    should(other.device).equal('DU_2');
    should(commands.map((command) => command.device)).eql(['DU_1', 'DU_2']);
  });

  it('a device that Node-RED cannot have as a key keeps its project from starting, and nothing else', async () => {
    const plant = { id: 'plant', type: 'eztcloud-config', endpoint: broker.endpoint, tls: 'tls' };
    const { cloud, ...secrets } = credentials(broker);
    await loadFlow(
      [
        ...tab(),
        ...project(broker, { aliases: { hasOwnProperty: { name: 'a', tags: [] } } }),
        plant,
        ...palette('ezt-in', 'in'),
        ...palette('ezt-in', 'other', { cloud: 'plant' }),
      ],
      { credentials: { ...secrets, ...(cloud && { cloud, plant: cloud }) } },
    );
    await shows('in', { fill: 'red', shape: 'ring', text: 'noConfig' });
    await ready('other');
  });

  it('a table that is none is a problem of the project; one from a variable is read', async () => {
    process.env.EZT_TEST_ALIASES = JSON.stringify({ DU_7: { name: 'Seven', tags: [] } });
    try {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Node-RED's form of an environment variable
      const aliases = '${EZT_TEST_ALIASES}';
      const out = palette('ezt-attr-out', 'out');
      await loadFlow([...tab('out'), ...project(broker, { aliases }), ...out], {
        credentials: credentials(broker),
      });
      await ready('out');
      const sent = await next('out.got', () => nodeOf('out').receive({ device: 'Seven', payload: { a: 1 } }));
      should(sent.device).equal('DU_7');
      await deploy([...tab('out'), ...project(broker, { aliases: { DU_7: { name: 7 } } }), ...out]);
      await shows('out', { fill: 'red', shape: 'ring', text: 'aliasName' });
    } finally {
      delete process.env.EZT_TEST_ALIASES;
    }
  });
});
