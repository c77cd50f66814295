import should from 'should';
import { deploy, nodeOf } from '../../support/flows';
import { needs } from '../../support/machine';
import { next, type Seen, statusOf } from '../../support/project';
import { withAnsweringNode } from './with-answering-node';

type Properties = Record<string, unknown>;

describe('ezt-command-out: what it refuses', function () {
  needs(this, 'mosquitto');
  let errors: Seen[];
  before(() => {
    process.env.EZT_TEST_TEXT = 'not an object';
  });
  const { sent, flow, reconfigure } = withAnsweringNode((recorded) => {
    errors = recorded;
  });
  after(() => {
    delete process.env.EZT_TEST_TEXT;
  });

  const payload = { p: 1 };
  const refused: [what: string, code: string, properties: Properties, message: Properties][] = [
    ...[0, -1, 1.5, 2 ** 31, Number.NaN, '5', 'x', true, {}].map(
      (id): [string, string, Properties, Properties] => [
        `id ${typeof id} ${id}`,
        'EZT_PAYLOAD',
        {},
        { payload: { method: 'm', id } },
      ],
    ),
    ['no method at all', 'EZT_PAYLOAD', {}, { payload }],
    ['a payload that is no command', 'EZT_PAYLOAD', {}, { payload: 'm' }],
    ['a method in msg.method alone', 'EZT_PAYLOAD', {}, { method: 'm', payload }],
    ['an empty method in a command', 'EZT_PAYLOAD', {}, { payload: { method: '' }, command: 'm' }],
    ['a method that is no text', 'EZT_PAYLOAD', {}, { command: 5, payload }],
    ['params that are a Map', 'EZT_PAYLOAD', { method: 'm' }, { payload: new Map() }],
    ['params that are a Buffer', 'EZT_PAYLOAD', { method: 'm' }, { payload: Buffer.of(1) }],
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
    [
      'a list with a name that is none',
      'EZT_DEVICE',
      { device: '', method: 'm' },
      { device: ['DU_1', 'DU 2', 'DU_3'] },
    ],
    ['an empty list', 'EZT_DEVICE', { device: '', method: 'm' }, { device: [] }],
    [
      'what cannot be sent, to several',
      'EZT_PAYLOAD',
      { device: '', method: 'm' },
      { device: ['DU_1', 'DU_2'], payload: { a: 1n } },
    ],
    ...[
      '+',
      'DU_1\u200b',
      '\ufeffDU_1',
      'DU_1\u00a0',
      'DU 1',
      '#',
      'a/b',
      '\0',
      '\ufffe',
      'x'.repeat(70_000),
    ].map((device): [string, string, Properties, Properties] => [
      `device ${JSON.stringify(device.slice(0, 9))} in the node`,
      'EZT_DEVICE',
      { device, method: 'm' },
      {},
    ]),
  ];
  const explained: [what: string, properties: Properties, message: Properties, text: RegExp][] = [
    ['a member of msg', { params: 'payload.foo' }, { payload }, /: msg\.payload\.foo is not there/],
    ['deeper in msg', { params: 'a.b[0]' }, { payload }, /: msg\.a\.b\[0\] is not there/],
    ['a payload that is undefined', {}, { payload: undefined }, /: msg\.payload is not there/],
    ['a flow variable', { paramsType: 'flow', params: 'foo' }, {}, /: flow\.foo is not there/],
    ['deeper in a flow variable', { paramsType: 'flow', params: 'foo.bar' }, {}, /: flow\.foo\.bar is not/],
    ['a global variable', { paramsType: 'global', params: '#:(memory)::foo' }, {}, /: global\.foo is not/],
    ['an environment variable', { paramsType: 'env', params: 'EZT_TEST_NONE' }, {}, /\$\{EZT_TEST_NONE\}/],
    ['an expression', { paramsType: 'jsonata', params: 'payload.foo' }, { payload }, /: payload\.foo is not/],
    [
      'a mistake in an expression',
      { paramsType: 'jsonata', params: '"a" * 2' },
      {},
      /T2001: .*operator must evaluate to a number.*\(position 5\)/,
    ],
    ['a mistyped expression', { paramsType: 'jsonata', params: '1 +' }, {}, /S0207: .*\(position \d+\)/],
    ['a command as JSON text', { method: '' }, { payload: '{"method":"m"}' }, /JSON node/],
    ['what cannot be sent', {}, { payload: { a: [1n] } }, /"params\.a\[0\]" is a BigInt/],
  ];
  for (const [what, properties, message, text] of explained) {
    it(`says what is wrong with ${what}`, async () => {
      await deploy(flow({ method: 'm', ...properties }), 'nodes');
      const { error } = await next('errors', () => nodeOf('out').receive(message));
      should(error?.code).equal('EZT_PAYLOAD');
      should(error?.message)
        .match(text)
        .and.not.match(/\[object Object\]/);
      sent.should.deepEqual([]);
    });
  }

  for (const [what, code, properties, message] of refused) {
    it(`refuses ${what}: ${code}, nothing sent, the connection stays`, async () => {
      await deploy(flow(properties), 'nodes');
      const caught = await next('errors', () => nodeOf('out').receive(message));
      should(caught.error?.code).equal(code);
      await reconfigure({});
      const { command } = await next('out.got', () =>
        nodeOf('out').receive({ payload: { method: 'after' } }),
      );
      should(command).equal('after');
      should(sent.map(({ command }) => command.method)).deepEqual(['after']);
      should(errors.length).equal(1);
      should((await statusOf('cloud')).counters.connections).equal(1);
    });
  }
});
