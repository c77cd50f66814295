import should from 'should';
import { playDevices, type Sent } from '../../support/devices';
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

type Properties = Record<string, unknown>;

describe('ezt-command-out: what it sends', function () {
  needs(this, 'mosquitto');
  let broker: Mosquitto;
  let errors: Seen[];
  const sent: Sent[] = [];

  before(async () => {
    process.env.EZT_TEST_PARAMS = '{"from":"env"}';
    process.env.EZT_TEST_TEXT = 'not an object';
    broker = await startMosquitto();
    await playDevices(await broker.platform(), broker.key, (command, reply) => {
      sent.push(command);
      void reply();
    });
    await loadFlow(flow({}), { credentials: credentials(broker) });
    await ready('out');
    errors = record('errors');
    nodeOf('keep').context().flow.set('params', { from: 'flow' });
    nodeOf('keep').context().global.set('params', { from: 'global' });
  });
  beforeEach(() => {
    sent.length = 0;
    errors.length = 0;
  });
  after(async () => {
    await unload();
    await broker.stop();
    delete process.env.EZT_TEST_PARAMS;
    delete process.env.EZT_TEST_TEXT;
  });

  const flow = (properties: Properties) => [
    ...tab('out'),
    ...project(broker),
    ...palette('ezt-command-out', 'out', { device: 'DU_1', ...properties }),
    { id: 'keep', type: 'helper', ...place, wires: [] },
  ];

  async function reconfigure(properties: Properties): Promise<void> {
    await deploy(flow(properties), 'nodes');
    await ready('out');
  }

  const payload = { p: 1 };
  const forms: [
    what: string,
    properties: Properties,
    message: Properties,
    method: string,
    params: unknown,
  ][] = [
    ['method of the node, params of msg.payload', { method: 'm' }, { payload }, 'm', payload],
    ['method of the message', {}, { method: 'm', payload }, 'm', payload],
    ["the node's method before the message's", { method: 'm' }, { method: 'other', payload }, 'm', payload],
    ['a whole command as payload', {}, { payload: { method: 'm', params: payload } }, 'm', payload],
    ['a whole command without params', {}, { payload: { method: 'm' } }, 'm', {}],
    ['another property of msg', { method: 'm', params: 'a.b[0]' }, { a: { b: [payload] } }, 'm', payload],
    ['no params in the message', { method: 'm' }, {}, 'm', {}],
    [
      'json',
      { method: 'm', paramsType: 'json', params: '{"from":["json"]}' },
      { payload: 1 },
      'm',
      { from: ['json'] },
    ],
    ['flow context', { method: 'm', paramsType: 'flow', params: 'params' }, {}, 'm', { from: 'flow' }],
    ['global context', { method: 'm', paramsType: 'global', params: 'params' }, {}, 'm', { from: 'global' }],
    [
      'an environment variable',
      { method: 'm', paramsType: 'env', params: 'EZT_TEST_PARAMS' },
      {},
      'm',
      { from: 'env' },
    ],
    [
      'jsonata',
      { method: 'm', paramsType: 'jsonata', params: '{"twice": payload.p * 2}' },
      { payload },
      'm',
      { twice: 2 },
    ],
    ["the message's device", { device: '', method: 'm' }, { device: 'DU_1', payload }, 'm', payload],
  ];
  for (const [what, properties, message, method, params] of forms) {
    it(`${what}: {method, params, id}, once`, async () => {
      await reconfigure(properties);
      await next('completed', () => nodeOf('out').receive(message));
      const [{ text, command, device, qos } = {}] = sent;
      should(sent.length).equal(1);
      should([device, qos]).deepEqual(['DU_1', 1]);
      should(text).equal(JSON.stringify({ method, params, id: command?.id }));
      should(command?.id).be.within(1, 2 ** 31 - 1);
      should(Number.isInteger(command?.id)).be.true();
      errors.should.deepEqual([]);
    });
  }

  const ids: [what: string, message: Properties, id: number][] = [
    ['of the message', { method: 'm', id: 42 }, 42],
    ['of the whole command', { payload: { method: 'm', id: 43 }, id: 44 }, 43],
    ['of the message for a whole command', { payload: { method: 'm' }, id: 1 }, 1],
    ['the largest', { method: 'm', id: 2 ** 31 - 1 }, 2 ** 31 - 1],
  ];
  for (const [what, message, id] of ids) {
    it(`the id ${what}`, async () => {
      await reconfigure({});
      const seen = await next('out.got', () => nodeOf('out').receive(message));
      should(sent.map(({ command }) => command.id)).deepEqual([id]);
      should(seen.id).equal(id);
    });
  }

  const refused: [what: string, code: string, properties: Properties, message: Properties][] = [
    ...[0, -1, 1.5, 2 ** 31, Number.NaN, '5', 'x', true, {}].map(
      (id): [string, string, Properties, Properties] => [
        `id ${typeof id} ${id}`,
        'EZT_PAYLOAD',
        {},
        { method: 'm', id },
      ],
    ),
    ['no method at all', 'EZT_PAYLOAD', {}, { payload }],
    ['a payload that is no command', 'EZT_PAYLOAD', {}, { payload: 'm' }],
    ['an empty method in a command', 'EZT_PAYLOAD', {}, { payload: { method: '' } }],
    ['a method that is no text', 'EZT_PAYLOAD', {}, { method: 5, payload }],
    ['params that are a number', 'EZT_PAYLOAD', { method: 'm' }, { payload: 5 }],
    ['params that are a list', 'EZT_PAYLOAD', { method: 'm' }, { payload: [1] }],
    ['params that are null in a command', 'EZT_PAYLOAD', {}, { payload: { method: 'm', params: null } }],
    ['params with NaN', 'EZT_PAYLOAD', { method: 'm' }, { payload: { a: Number.NaN } }],
    ['json that is none', 'EZT_PAYLOAD', { method: 'm', paramsType: 'json', params: '{' }, {}],
    ['jsonata that is none', 'EZT_PAYLOAD', { method: 'm', paramsType: 'jsonata', params: '{{' }, {}],
    [
      'jsonata that throws',
      'EZT_PAYLOAD',
      { method: 'm', paramsType: 'jsonata', params: '$error("no")' },
      {},
    ],
    [
      'an environment variable that is no JSON',
      'EZT_PAYLOAD',
      { method: 'm', paramsType: 'env', params: 'EZT_TEST_TEXT' },
      {},
    ],
    ['a property path that is none', 'EZT_PAYLOAD', { method: 'm', params: 'a[' }, {}],
    ['no device', 'EZT_DEVICE', { device: '', method: 'm' }, {}],
    ['a list of devices', 'EZT_DEVICE', { device: '', method: 'm' }, { device: ['DU_1'] }],
    ...['+', '#', 'a/b', '\0', '\ufffe', 'x'.repeat(70_000)].map(
      (device): [string, string, Properties, Properties] => [
        `device ${JSON.stringify(device.slice(0, 9))} in the node`,
        'EZT_DEVICE',
        { device, method: 'm' },
        {},
      ],
    ),
  ];
  for (const [what, code, properties, message] of refused) {
    it(`refuses ${what}: ${code}, nothing sent, the connection stays`, async () => {
      await deploy(flow(properties), 'nodes');
      const caught = await next('errors', () => nodeOf('out').receive(message));
      should(caught.error?.code).equal(code);
      await reconfigure({});
      const { method } = await next('out.got', () => nodeOf('out').receive({ method: 'after' }));
      should(method).equal('after');
      should(sent.map(({ command }) => command.method)).deepEqual(['after']);
      should(errors.length).equal(1);
      should((await statusOf('cloud')).counters.connections).equal(1);
    });
  }
});
