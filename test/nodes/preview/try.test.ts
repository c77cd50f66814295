import type { Node, NodeAPI } from 'node-red';
import helper from 'node-red-node-test-helper';
import should from 'should';
import { attrOutSettings } from '../../../nodes/ezt-attr-out/settings';
import type { Project } from '../../../nodes/eztcloud-config/runtime';
import { tryOut } from '../../../nodes/preview/try';
import type { Raw } from '../../../nodes/shared/raw-settings';
import { until } from '../../support/events';
import { admin, deploy } from '../../support/flows';
import { palette, project, statusOf, tab } from '../../support/project';
import { CONNECTED, CONNECTING, statuses } from '../../support/statuses';
import { withScripted } from '../ezt-in/with-scripted';

interface Result {
  device: string;
  ok: boolean;
  ms: number;
  id?: number;
  reply?: string;
  attempts?: number;
  problem?: { code: string; reason: string; message: string };
}
interface Answer {
  status: number;
  ok?: boolean;
  results: Result[];
  error?: string;
  code?: string;
  reason?: string;
}

const ALIASES = {
  DU_1: { name: 'Pump 1', tags: ['north'] },
  DU_2: { name: 'Pump 2', tags: ['north'] },
};
const variable = (name: string) => `\${${name}}`;

describe('try it', () => {
  const stage = withScripted();
  const flow = (broker: { endpoint: string }) => [
    ...tab(),
    ...project(broker, { aliases: ALIASES }),
    ...palette('ezt-attr-out', 'attr', { device: variable('EZT_TRY_DEVICE') }),
    ...palette('ezt-command-out', 'command', {
      method: 'm',
      params: '{"deployed": $sum([1, 2])}',
      paramsType: 'jsonata',
    }),
  ];
  /** A project that no node uses: it has no connection. */
  const unused = (broker: { endpoint: string }) => [...tab(), ...project(broker, { aliases: ALIASES })];
  const load = () => stage.load(flow, 'command');
  const attempt = async (values: object, init: RequestInit = {}): Promise<Answer> => {
    const response = await admin('/eztcloud/cloud/try', { id: 'new', ...values }, init);
    const text = await response.text();
    should(text).not.containEql('secret');
    return { results: [], ...JSON.parse(text), status: response.status };
  };
  const push = (values: object, properties: object = {}) =>
    attempt({ type: 'ezt-attr-out', device: '', attribute: '', ...properties, values });
  const command = (values: object, properties: object = {}) =>
    attempt({ type: 'ezt-command-out', device: 'DU_1', method: 'reboot', ...properties, values });
  const sent = () =>
    stage.broker.packets('publish').map(({ topic, payload, qos }) => `${topic} ${qos} ${payload}`);
  /** Devices that answer. */
  const answering = () => {
    stage.broker.on.publish = (packet, connection) => {
      connection.answer(packet);
      const reply = { ...JSON.parse(packet.payload.toString()), params: { done: true, html: '<b>' } };
      const topic = packet.topic.replace(/command_send$/, 'command_reply');
      if (!topic.includes('DU_silent')) connection.deliver(topic, JSON.stringify(reply));
    };
  };

  it('a push: to the devices that alias, tag or name mean, with the values of the dialog, acknowledged', async () => {
    await load();
    const { ok, results, status } = await push({ device: 'Pump 1', value: { led: true } }, { qos: '0' });
    should([status, ok, results.map(({ device }) => device)]).eql([200, true, ['DU_1']]);
    should(results[0]?.ms).be.aboveOrEqual(0);
    const named = await push({ value: 21.5 }, { device: '#north', attribute: 'threshold' });
    should(named.results.map(({ device, ok: one }) => [device, one])).eql([
      ['DU_1', true],
      ['DU_2', true],
    ]);
    should(sent()).eql([
      'open/PR_scripted/DU_1/attributes_push 0 {"led":true}',
      'open/PR_scripted/DU_1/attributes_push 1 {"threshold":21.5}',
      'open/PR_scripted/DU_2/attributes_push 1 {"threshold":21.5}',
    ]);
    should((await statusOf('cloud')).counters.connections).equal(1);
  });

  it('a command with its reply, a whole one too, and one that nobody waits for', async () => {
    await load();
    answering();
    const { results } = await command({ value: { in: 3 } });
    should(results[0]).containEql({ device: 'DU_1', ok: true, attempts: 1 });
    should(results[0]?.reply).containEql('"done": true').and.containEql('"html": "<b>"');
    const whole = await command({ value: { method: 'own', params: 5, id: 77 } }, { method: '' });
    should(whole.results[0]?.id).equal(77);
    const named = await command({ command: 'named', value: [1] }, { method: '' });
    should(named.results[0]?.ok).be.true();
    const quiet = await command({}, { waitReply: 'false', device: 'DU_silent' });
    should([quiet.ok, quiet.results[0]?.reply]).eql([true, undefined]);
    const constant = await command({}, { paramsType: 'json', params: '{"a": 1}' });
    should(constant.results[0]?.ok).be.true();
    should(sent().map((each) => each.replace(/"id":\d+/, ''))).eql([
      'open/PR_scripted/DU_1/command_send 1 {"method":"reboot","params":{"in":3},}',
      'open/PR_scripted/DU_1/command_send 1 {"method":"own","params":5,}',
      'open/PR_scripted/DU_1/command_send 1 {"method":"named","params":[1],}',
      'open/PR_scripted/DU_silent/command_send 1 {"method":"reboot","params":{},}',
      'open/PR_scripted/DU_1/command_send 1 {"method":"reboot","params":{"a":1},}',
    ]);
    should(Object.keys((await statusOf('cloud')).filters)).eql(['open/PR_scripted/+/command_reply']);
  });

  it('a value goes where the node looks for it in its messages', async () => {
    await load();
    answering();
    await command({ value: 7 }, { params: 'payload.a.b' });
    await command({ value: { x: 1 } }, { params: 'settings' });
    should(sent().map((each) => each.replace(/,"id":\d+/, '').slice(-30))).match([
      /"params":7}$/,
      /"params":\{"x":1}}$/,
    ]);
  });

  it('each device has an end of its own: a reply, no reply, known to be offline', async () => {
    await load();
    answering();
    const online = JSON.stringify({ online: false });
    const filter = 'open/PR_scripted/DU_silent_gone/online';
    stage.broker.on.subscribe = (packet, connection) => {
      connection.answer(packet);
      if (packet.subscriptions.some(({ topic }) => topic === filter)) connection.deliver(filter, online);
    };
    const first = await command({ value: {} }, { device: 'DU_1, DU_silent', timeout: '0.2' });
    should([first.status, first.ok]).eql([200, false]);
    should(first.results.map(({ device, ok, problem }) => [device, ok, problem?.code])).eql([
      ['DU_1', true, undefined],
      ['DU_silent', false, 'EZT_REPLY_TIMEOUT'],
    ]);
    const held = { device: 'DU_silent_gone', whenOffline: 'hold', timeout: '0.2' };
    // The first ones are sent, until it is heard to be offline.
    const refused = async () => {
      const { results } = await command({ value: {} }, held);
      return results[0]?.problem?.code === 'EZT_DEVICE_OFFLINE';
    };
    await until(refused, 5000, 'the device to be known as offline');
    should((await statusOf('cloud')).held).equal(0);
  });

  it('what the broker refuses', async () => {
    await load();
    stage.broker.on.publish = ({ messageId = 0 }, connection) =>
      connection.send({ cmd: 'puback', messageId, reasonCode: 0x87 });
    const { ok, results } = await push({ device: 'DU_1', value: { a: 1 } });
    should([ok, results[0]?.problem?.code]).eql([false, 'EZT_REFUSED']);
  });

  const wrong: [what: string, code: string, reason: string, ask: () => Promise<Answer>][] = [
    ['no device', 'EZT_DEVICE', 'deviceMissing', () => push({ value: { a: 1 } })],
    ['an unknown tag', 'EZT_DEVICE', 'tagUnknown', () => push({ device: '#south', value: { a: 1 } })],
    ['a device with a wildcard', 'EZT_DEVICE', 'deviceInvalid', () => push({ device: '+', value: { a: 1 } })],
    ['no value', 'EZT_PAYLOAD', 'payloadNotObject', () => push({ device: 'DU_1' })],
    ['JSON text', 'EZT_PAYLOAD', 'payloadIsText', () => push({ device: 'DU_1', value: '{"a":1}' })],
    ['no method', 'EZT_PAYLOAD', 'methodInvalid', () => command({ value: 1 }, { method: '' })],
    ['a QoS that is none', 'EZT_CONFIG', 'badOption', () => push({ device: 'DU_1', value: {} }, { qos: 7 })],
    ['another type', 'EZT_CONFIG', 'badOption', () => attempt({ type: 'ezt-in' })],
    [
      'too many devices',
      'EZT_DEVICE',
      'tryTooMany',
      () => push({ device: Array.from({ length: 21 }, (_, i) => `DU_${i}`).join(), value: { a: 1 } }),
    ],
    ['a variable of another node', 'EZT_CONFIG', 'deployFirst', () => push({}, { device: variable('PATH') })],
    [
      'an expression that is not deployed',
      'EZT_CONFIG',
      'paramsDeployFirst',
      () => command({}, { paramsType: 'jsonata', params: '$env("PATH")' }),
    ],
    [
      'an environment variable that is not deployed',
      'EZT_CONFIG',
      'paramsDeployFirst',
      () => command({}, { paramsType: 'env', params: 'PATH' }),
    ],
  ];
  for (const [what, code, reason, ask] of wrong) {
    it(`400 for ${what}: ${code}, and nothing is sent`, async () => {
      await load();
      const { status, ok, error, ...answer } = await ask();
      should([status, ok, answer.code, answer.reason]).eql([400, undefined, code, reason]);
      should(error).be.a.String().and.not.containEql(String(process.env.PATH));
      should(sent()).eql([]);
    });
  }

  it("reads the deployed node's own variables and expressions", async () => {
    process.env.EZT_TRY_DEVICE = 'DU_7';
    await load();
    answering();
    await push({ value: { a: 1 } }, { id: 'attr', device: variable('EZT_TRY_DEVICE') });
    const deployed = { id: 'command', params: '{"deployed": $sum([1, 2])}', paramsType: 'jsonata' };
    should((await command({}, deployed)).ok).be.true();
    should(sent()[0]).equal('open/PR_scripted/DU_7/attributes_push 1 {"a":1}');
    should(sent()[1]).containEql('"params":{"deployed":3}');
    delete process.env.EZT_TRY_DEVICE;
  });

  it('of a project that no node uses yet: it connects for that, and no longer', async () => {
    await stage.load(unused);
    answering();
    should((await command({ value: {} })).ok).be.true();
    await until(() => stage.broker.sockets.open === 0, 5000, 'the connection to close');
    should((await push({ device: 'DU_1', value: { a: 1 } })).ok).be.true();
    should(stage.broker.connections.length).equal(2);
    await until(() => stage.broker.sockets.open === 0, 5000, 'the connection to close again');
  });

  it('a form that is closed waits for nothing any more', async () => {
    await load();
    for (const ask of [
      (init: RequestInit) =>
        attempt({ type: 'ezt-command-out', device: 'DU_1', method: 'm', values: { value: {} } }, init),
      (init: RequestInit) =>
        attempt({ type: 'ezt-attr-out', device: 'DU_1', values: { value: { a: 1 } } }, init),
    ]) {
      const before = stage.broker.packets('publish').length;
      stage.broker.on.publish = (packet, connection) => {
        if (packet.topic.endsWith('command_send')) connection.answer(packet);
      };
      const closed = new AbortController();
      const given = ask({ signal: closed.signal });
      await stage.broker.packet('publish', before + 1);
      closed.abort();
      await should(given).be.rejectedWith({ name: 'AbortError' });
      await until(
        async () => {
          const { queued, commands, filters } = await statusOf('cloud');
          return queued === 0 && commands === 0 && Object.keys(filters).length === 1;
        },
        5000,
        'nothing to be pending',
      );
    }
  });

  it('ten at a time, of all editors; the next is 429', async () => {
    await load();
    const closed = new AbortController();
    const one = (init: RequestInit = {}) =>
      admin(
        '/eztcloud/cloud/try',
        { type: 'ezt-command-out', device: 'DU_1', method: 'm', values: { value: {} } },
        init,
      );
    const ten = Array.from({ length: 10 }, () => one({ signal: closed.signal }).catch(() => undefined));
    await stage.broker.packet('publish', 10);
    should((await one()).status).equal(429);
    closed.abort();
    await Promise.all(ten);
    answering();
    await until(async () => (await one()).status === 200, 5000, 'the next to be taken');
  });

  it('opens no connection for a project that has closed while it was prepared', async () => {
    await load();
    const { project: gone } = helper.getNode('cloud') as Node & { project: Project };
    await deploy(tab());
    const request = {
      form: {
        type: 'ezt-attr-out' as const,
        settings: attrOutSettings({ device: 'DU_1' } as unknown as Raw),
      },
      typed: { value: { led: true } },
      deployed: undefined,
      signal: new AbortController().signal,
    };
    await should(tryOut({} as NodeAPI, gone, request)).be.rejectedWith({ code: 'EZT_CLOSED' });
    should(gone.client).be.undefined();
  });

  it('a deployed node does not show what is tried', async () => {
    await load();
    answering();
    await command({ value: {} }, { id: 'command' });
    await command({ value: {} }, { id: 'command', device: '+' });
    should(statuses('command')).eql([CONNECTING, CONNECTED]);
    should((await statusOf('cloud')).commands).equal(0);
  });
});
