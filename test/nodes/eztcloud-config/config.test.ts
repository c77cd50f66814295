import should from 'should';
import { createAuthority } from '../../../emulator/certificates';
import { until } from '../../support/events';
import { deploy, loadFlow, nodeOf, unload } from '../../support/flows';
import { needs } from '../../support/machine';
import { type Mosquitto, startMosquitto } from '../../support/mosquitto';
import { credentials, next, palette, place, project, ready, statusOf, tab } from '../../support/project';
import { watchSettling } from '../../support/settled';
import { connected, shows } from '../../support/statuses';

const VARIABLES = [
  'ENDPOINT',
  'KEY',
  'SECRET',
  'PROTOCOL',
  'LIMIT',
  'KEEPALIVE',
  'DEVICE',
  'QOS',
  'WAIT',
  'TIMEOUT',
];

describe('eztcloud-config', function () {
  needs(this, 'mosquitto', 'linux');
  let broker: Mosquitto;

  before(async () => {
    broker = await startMosquitto();
  });
  after(() => broker.stop());
  afterEach(async () => {
    for (const name of VARIABLES) delete process.env[`EZT_TEST_${name}`];
    await unload();
    await until(() => broker.connections() === 0, 5000, 'the connections to close');
  });

  const nodes = (command: object = {}) => [
    ...palette('ezt-in', 'in'),
    ...palette('ezt-attr-out', 'attr'),
    ...palette('ezt-command-out', 'command', { method: 'm', ...command }),
  ];

  it('takes every property and credential from the environment', async () => {
    const values: Record<string, string> = {
      ENDPOINT: broker.endpoint,
      KEY: broker.key,
      SECRET: broker.secret,
      PROTOCOL: '3.1.1',
      LIMIT: '1',
      KEEPALIVE: '5',
      DEVICE: 'DU_7',
      QOS: '0',
      WAIT: 'false',
      TIMEOUT: '0.5',
    };
    for (const [name, value] of Object.entries(values)) process.env[`EZT_TEST_${name}`] = value;
    const variable = (name: string) => `\${EZT_TEST_${name}}`;
    const config = {
      endpoint: variable('ENDPOINT'),
      protocol: variable('PROTOCOL'),
      queueLimit: variable('LIMIT'),
      keepalive: variable('KEEPALIVE'),
    };
    const command = { device: variable('DEVICE'), waitReply: variable('WAIT'), qos: variable('QOS') };
    await loadFlow(
      [...tab('command'), ...project(broker, config), ...nodes({ ...command, timeout: variable('TIMEOUT') })],
      {
        credentials: {
          ...credentials(broker),
          cloud: { projectKey: variable('KEY'), projectSecret: variable('SECRET') },
        },
      },
    );
    await ready('in', 'command');
    const { device } = await next('command.got', () => nodeOf('command').receive({ payload: {} }));
    should(device).equal('DU_7');
    should((await statusOf('cloud')).protocol).equal('3.1.1');
    should(broker.log.some((line) => /\(p2, c1, k5,/.test(line))).be.true();
    const settling = watchSettling('attr');
    settling.give({ device: ['DU_1', 'DU_2'], payload: { a: 1 } });
    should(await settling.all()).deepEqual(['EZT_QUEUE_FULL']);
    settling.stop();
  });

  it('takes a secret that an environment of the flows holds as a number', async () => {
    const old = broker.secret;
    await broker.setSecret('12345678');
    const env = [{ name: 'EZT_NUMBER', value: '12345678', type: 'num' }];
    const flow = [...tab(), ...project(broker, { z: 'tab' }), ...nodes()].map((node) =>
      node.id === 'tab' ? { ...node, env } : node,
    );
    await loadFlow(flow, {
      credentials: {
        ...credentials(broker),
        cloud: { projectKey: broker.key, projectSecret: `\${EZT_NUMBER}` },
      },
    });
    await ready('in');
    await broker.setSecret(old);
  });

  const unusable: [what: string, config: object, secrets: object][] = [
    ['no endpoint', { endpoint: '' }, {}],
    ['an endpoint that is none', { endpoint: 'what is this' }, {}],
    ['a plain endpoint', { endpoint: 'mqtt://127.0.0.1:7883' }, {}],
    ['a web address', { endpoint: 'https://127.0.0.1' }, {}],
    ['no key', {}, { projectKey: '' }],
    ['a key with a wildcard', {}, { projectKey: 'PR_+' }],
    ['no secret', {}, { projectSecret: '' }],
    ['a secret longer than CONNECT holds', {}, { projectSecret: 'é'.repeat(32_768) }],
    ['a client id longer than CONNECT holds', { clientId: 'x'.repeat(65_536) }, {}],
    ['a client id with a NUL', { clientId: 'a\u0000b' }, {}],
    ['an unknown protocol', { protocol: '4' }, {}],
    ['an unknown session', { session: 'sometimes' }, {}],
    ['a queue for nobody', { queueLimit: 0 }, {}],
    ['a queue limit in words', { queueLimit: 'many' }, {}],
    ['an expiry below zero', { queueExpiry: -1 }, {}],
    ['a rate below zero', { rateLimit: -1 }, {}],
    ['a keepalive too long', { keepalive: 70_000 }, {}],
    ['a group with a slash', { group: 'a/b' }, {}],
    ['a group with MQTT 3.1.1', { group: 'a', protocol: '3.1.1' }, {}],
    ['a TLS node that is not there', { tls: 'nowhere' }, {}],
  ];
  for (const [what, config, secrets] of unusable) {
    it(`${what}: EZT_CONFIG for every message, a reason on every node, no connection`, async () => {
      const given = credentials(broker);
      await loadFlow([...tab('attr', 'command'), ...project(broker, { ...config }), ...nodes()], {
        credentials: { ...given, cloud: { ...given.cloud, ...secrets } },
      });
      for (const id of ['in', 'attr', 'command'])
        await shows(id, ({ fill, shape }) => fill === 'red' && shape === 'ring');
      for (const id of ['attr', 'command']) {
        const caught = await next('errors', () => nodeOf(id).receive({ device: 'DU_1', payload: { a: 1 } }));
        should(caught.error).containEql({ code: 'EZT_CONFIG' });
        should(caught.error?.source.id).equal(id);
      }
      should(broker.connections()).equal(0);
    });
  }

  const unusableNodes: [type: string, properties: object][] = [
    ['ezt-in', { types: ['weather'] }],
    ['ezt-in', { devices: ['a/b'] }],
    ['ezt-in', { streams: ['#'] }],
    ['ezt-in', { dataFormat: 'xml' }],
    ['ezt-in', { output: 'both' }],
    ['ezt-in', { qos: 3 }],
    ['ezt-attr-out', { qos: 'high' }],
    ['ezt-attr-out', { cloud: '' }],
    ['ezt-attr-out', { cloud: 'in' }],
    ['ezt-command-out', { paramsType: 'date' }],
    ['ezt-command-out', { timeout: 'soon' }],
    ['ezt-command-out', { method: 'reboot\u200b' }],
  ];
  for (const [type, properties] of unusableNodes) {
    it(`${type} with ${JSON.stringify(properties)} says so and leaves the others alone`, async () => {
      const flow = [...tab(), ...project(broker), ...nodes(), ...palette(type, 'bad', { ...properties })];
      await loadFlow(flow, { credentials: credentials(broker) });
      await ready('in', 'attr', 'command');
      await shows('bad', ({ fill, shape, text = '' }) => fill === 'red' && shape === 'ring' && text !== '');
      if (type === 'ezt-in') return;
      const caught = await next('errors', () => nodeOf('bad').receive({ device: 'DU_1', payload: { a: 1 } }));
      should(caught.error).containEql({ code: 'EZT_CONFIG' });
    });
  }

  it('verifies the server unless the TLS node says not to', async () => {
    const stranger = await createAuthority('stranger');
    const secrets = credentials({ ...broker, secret: broker.secret, ca: stranger.ca });
    const flow = (verifyservercert: boolean) => [
      ...tab(),
      ...project(broker).map((node) => (node.id === 'tls' ? { ...node, verifyservercert } : node)),
      ...nodes(),
    ];
    await loadFlow(flow(true), { credentials: secrets });
    await shows('in', ({ fill, shape }) => fill === 'red' && shape === 'ring');
    await deploy(flow(false), 'nodes');
    await connected('in');
  });

  it('30 palette nodes hold one TCP connection, opened with the first and closed with the last', async () => {
    const types = ['ezt-in', 'ezt-attr-out', 'ezt-command-out'] as const;
    const thirty = Array.from({ length: 30 }, (_, i) => palette(types[i % 3] ?? 'ezt-in', `node ${i}`));
    const keep = { id: 'keep', type: 'helper', ...place, wires: [] };
    const flow = (count: number) => [...tab(), keep, ...project(broker), ...thirty.slice(0, count).flat()];
    await loadFlow(flow(0), { credentials: credentials(broker) });
    should(broker.connections()).equal(0);
    const { accepted } = broker;
    await deploy(flow(1), 'nodes');
    await ready('node 0');
    should(broker.connections()).equal(1);
    await deploy(flow(30), 'nodes');
    await ready(...Array.from({ length: 30 }, (_, i) => `node ${i}`));
    should(broker.connections()).equal(1);
    should(broker.accepted - accepted).equal(1);
    await deploy(flow(0), 'nodes');
    await until(() => broker.connections() === 0, 3000, 'the connection to close');
  });
});
