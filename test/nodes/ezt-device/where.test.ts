import should from 'should';
import { deploy, nodeOf } from '../../support/flows';
import { next, record } from '../../support/project';
import { statuses } from '../../support/statuses';
import { withDevice } from './with-device';

const where = (field: string, op: string, value: unknown, valueType?: string) => ({
  field,
  op,
  value,
  ...(valueType !== undefined && { valueType }),
});

describe('ezt-device with rules', () => {
  const node = withDevice({ DU_1: { tags: ['inside'] } }, [
    {
      id: 'set',
      type: 'function',
      z: 'tab',
      x: 0,
      y: 0,
      func: "flow.set('limit', msg.limit); global.set('limit', msg.limit); return msg;",
      outputs: 1,
      wires: [['out']],
    },
  ]);
  before(() => {
    process.env.EZT_TEST_LIMIT = '20';
  });
  after(() => {
    delete process.env.EZT_TEST_LIMIT;
  });

  async function start(properties: Record<string, unknown>) {
    await node.start({ device: '*', ...properties });
    await node.says('DU_1', 'attributes', { t: 21.5 });
    await node.says('DU_1', 'online', { online: true });
    await node.says('DU_2', 'attributes', { t: 19 });
    await node.says('DU_2', 'online', { online: false });
    await node.says('DU_3', 'alarm', { alerting: true });
  }
  const devices = async (message: Record<string, unknown> = {}) => {
    const sent = await node.ask(message);
    return sent.map(({ payload, error }) =>
      error ? error.code : (payload as { device: string }[]).map(({ device }) => device),
    );
  };

  const found: [rules: object[], devices: string[]][] = [
    [[], ['DU_1', 'DU_2', 'DU_3']],
    [[where('online', 'eq', false)], ['DU_2']],
    [[where('online', 'neq', true)], ['DU_2', 'DU_3']],
    [[where('alarm', 'eq', true)], ['DU_3']],
    [[where('tag', 'eq', 'inside')], ['DU_1']],
    [[where('tag', 'neq', '#inside')], ['DU_2', 'DU_3']],
    [[where('silent', 'gt', 3600)], []],
    [[where('silent', 'lt', '3600')], ['DU_1', 'DU_2', 'DU_3']],
    [[where('attribute:t', 'gt', 20)], ['DU_1']],
    [[where('attribute:t', 'gt', 10), where('online', 'eq', false)], ['DU_2']],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Node-RED's form of an environment variable
    [[where('attribute:t', 'gt', '${EZT_TEST_LIMIT}', 'num')], ['DU_1']],
    [[where('attribute:t', 'lt', 'EZT_TEST_LIMIT', 'env')], ['DU_2']],
    [[where('attribute:t', 'eq', 'payload.limit', 'msg')], ['DU_2']],
  ];
  for (const [rules, expected] of found) {
    it(`${JSON.stringify(rules)} finds ${expected.join(', ') || 'none'}`, async () => {
      await start({ where: rules });
      should(await devices({ payload: { limit: 19 } })).deepEqual([expected]);
    });
  }

  for (const type of ['flow', 'global']) {
    it(`the value may stand in the ${type} context`, async () => {
      await start({ where: [where('attribute:t', 'gte', 'limit', type)] });
      const { payload } = await next('out.got', () => nodeOf('set').receive({ limit: 21.5 }));
      should((payload as { device: string }[]).map(({ device }) => device)).deepEqual(['DU_1']);
    });
  }

  it('a device that does not fit is not sent, nor an empty list in its place; the message is done', async () => {
    await start({ device: 'DU_1', where: [where('online', 'eq', false)] });
    should(await node.ask()).deepEqual([]);
    should(node.settling.sofar()).deepEqual(['done']);
  });

  it('nothing found is an empty list where a list was asked for, and no message where one each was', async () => {
    await start({ device: 'DU_1, DU_3', where: [where('online', 'eq', false)] });
    should(await devices()).deepEqual([[]]);
    await deploy(
      node.flow({ device: 'DU_1, DU_3', output: 'each', where: [where('online', 'eq', false)] }),
      'nodes',
    );
    should(await node.ask()).deepEqual([]);
    should(node.settling.sofar()).deepEqual(['done', 'done']);
  });

  it('a device that was never heard fits no rule', async () => {
    await start({ device: 'DU_9, DU_1', where: [where('online', 'neq', false)] });
    should(await devices()).deepEqual([['DU_1']]);
  });

  it('a value that is not there, or of another type, is EZT_CONFIG and says where', async () => {
    await start({ where: [where('online', 'neq', false), where('silent', 'gt', 'payload.limit', 'msg')] });
    for (const payload of [undefined, {}, { limit: 'soon' }, { limit: Number.NaN }]) {
      const [message] = await node.ask({ payload });
      should(message?.error).have.property('code', 'EZT_CONFIG');
      should(message?.error?.message).match(/Rule 2 .*silent.*msg\.payload\.limit/);
    }
  });

  const wrong: [what: string, where: unknown][] = [
    ['no list', 5],
    ['text that is not JSON', 'online'],
    ['no field', [{ op: 'eq', value: 1 }]],
    ['an order of booleans', [where('online', 'gt', true)]],
    ['a value of another type', [where('silent', 'gt', 'soon')]],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Node-RED's form of an environment variable
    ['a variable that is not set', [where('attribute:t', 'eq', '${EZT_NOT_SET}')]],
  ];
  for (const [what, rules] of wrong) {
    it(`${what} is EZT_CONFIG on deploy and for every message`, async () => {
      await node.start({ device: '*' });
      await deploy(node.flow({ device: '*', where: rules }), 'nodes');
      should(statuses('out').at(-1)).have.property('fill', 'red');
      const errors = record('errors');
      node.settling.give({});
      should(await node.settling.all()).deepEqual(['EZT_CONFIG']);
      should(errors.map(({ error }) => error?.code)).deepEqual(['EZT_CONFIG']);
    });
  }

  it('rules may come as JSON text from a variable', async () => {
    process.env.EZT_TEST_RULES = JSON.stringify([where('online', 'eq', true)]);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Node-RED's form of an environment variable
    await start({ where: '${EZT_TEST_RULES}' });
    delete process.env.EZT_TEST_RULES;
    should(await devices()).deepEqual([['DU_1']]);
  });
});
