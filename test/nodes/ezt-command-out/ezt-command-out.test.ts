import should from 'should';
import { nodeOf } from '../../support/flows';
import { needs } from '../../support/machine';
import { next, place, type Seen } from '../../support/project';
import { withAnsweringNode } from './with-answering-node';

type Properties = Record<string, unknown>;

describe('ezt-command-out: what it sends', function () {
  needs(this, 'mosquitto');
  let errors: Seen[];
  before(() => {
    process.env.EZT_TEST_PARAMS = '{"from":"env"}';
  });
  const { sent, reconfigure } = withAnsweringNode(
    (recorded) => {
      errors = recorded;
      nodeOf('keep').context().flow.set('params', { from: 'flow' });
      nodeOf('keep').context().global.set('params', { from: 'global' });
    },
    [{ id: 'keep', type: 'helper', ...place, wires: [] }],
  );
  after(() => {
    delete process.env.EZT_TEST_PARAMS;
  });

  const payload = { p: 1 };
  const forms: [
    what: string,
    properties: Properties,
    message: Properties,
    method: string,
    params: unknown,
  ][] = [
    ['method of the node, params of msg.payload', { method: 'm' }, { payload }, 'm', payload],
    ['method of msg.command', {}, { command: 'm', payload }, 'm', payload],
    ["the node's method before msg.command", { method: 'm' }, { command: 'other', payload }, 'm', payload],
    ['a whole command before msg.command', {}, { command: 'other', payload: { method: 'm' } }, 'm', {}],
    [
      "the node's method before a whole command, which is then its parameters",
      { method: 'm' },
      { payload: { method: 'other' } },
      'm',
      { method: 'other' },
    ],
    [
      'what has more than a whole command is parameters',
      {},
      { command: 'm', payload: { method: 'other', params: 1, zone: 1 } },
      'm',
      { method: 'other', params: 1, zone: 1 },
    ],
    ['msg.method is not read', {}, { method: 'GET', command: 'm', payload }, 'm', payload],
    ['a whole command as payload', {}, { payload: { method: 'm', params: payload } }, 'm', payload],
    ['a whole command without params', {}, { payload: { method: 'm' } }, 'm', {}],
    ['another property of msg', { method: 'm', params: 'a.b[0]' }, { a: { b: [payload] } }, 'm', payload],
    ['no payload at all', { method: 'm' }, {}, 'm', {}],
    ['null as params', { method: 'm' }, { payload: null }, 'm', {}],
    ['null as params of a whole command', {}, { payload: { method: 'm', params: null } }, 'm', {}],
    ['a number as params', { method: 'm' }, { payload: 0 }, 'm', 0],
    ['a list as params', { method: 'm' }, { payload: [1, 'a'] }, 'm', [1, 'a']],
    ['text as params', { method: 'm' }, { payload: '{}' }, 'm', '{}'],
    ['params of a whole command that are a list', {}, { payload: { method: 'm', params: [] } }, 'm', []],
    ['json that is null', { method: 'm', paramsType: 'json', params: 'null' }, { payload }, 'm', {}],
    ['json that is false', { method: 'm', paramsType: 'json', params: 'false' }, { payload }, 'm', false],
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
    ['a device with blanks around it', { device: ' DU_1\u3000', method: 'm' }, { payload }, 'm', payload],
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

  it('the id of a whole command', async () => {
    await reconfigure({});
    for (const id of [43, 2 ** 31 - 1, 43]) {
      const seen = await next('out.got', () =>
        nodeOf('out').receive({ payload: { method: 'm', id }, id: 44 }),
      );
      should(sent.at(-1)?.command.id).equal(id);
      should(seen.id).equal(id);
    }
  });

  for (const id of [42, '42', 'x', 0, {}, null]) {
    it(`an id of its own, whatever msg.id is: ${JSON.stringify(id)}`, async () => {
      await reconfigure({});
      const seen = await next('out.got', () => nodeOf('out').receive({ command: 'm', payload, id }));
      should(seen.id).be.a.Number().and.not.equal(42);
      should(sent.map(({ command }) => command.id)).deepEqual([seen.id]);
      errors.should.deepEqual([]);
    });
  }
});
