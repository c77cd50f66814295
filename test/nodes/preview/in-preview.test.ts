import should from 'should';
import { shown } from '../../../nodes/preview/shown';
import { until } from '../../support/events';
import { admin, deploy } from '../../support/flows';
import { palette, place, project, ready, record, tab } from '../../support/project';
import { withScripted } from '../ezt-in/with-scripted';

interface Answer {
  state: string;
  filters: string[];
  filterCount: number;
  served: boolean;
  last?: {
    timestamp: number;
    age: number;
    device: string;
    size: number;
    messages?: { topic: string; payload: { type: string; text: string }; rest: string }[];
    count?: number;
    problem?: { code: string; reason: string };
    beginning?: string;
  };
  problem?: { code: string; reason: string; params: object; message: string };
}

const ALIASES = {
  DU_1: { name: 'Pump 1', tags: ['north'] },
  DU_2: { name: 'Twin', tags: ['north'] },
  DU_3: { name: 'Twin', tags: [] },
};
const variable = (name: string) => `\${${name}}`;

describe('preview of ezt-in', () => {
  const stage = withScripted();
  const flow =
    (properties: object = {}) =>
    (broker: { endpoint: string }) => [
      ...tab(),
      ...project(broker, { aliases: ALIASES, name: 'Plant' }),
      ...palette('ezt-in', 'all', { types: [], dataFormat: 'hex' }),
      ...palette('ezt-in', 'in', { types: [], ...properties }),
      { id: 'unused', type: 'eztcloud-config', endpoint: broker.endpoint },
    ];
  const ask = async (values: object, config = 'cloud'): Promise<Answer> => {
    const response = await admin(`/eztcloud/${config}/preview`, { type: 'ezt-in', id: 'in', ...values });
    const text = await response.text();
    should([response.status, text.includes('secret'), text.length < 64_000]).eql([200, false, true]);
    return JSON.parse(text);
  };
  const bytes = (suffix: string, payload: string | Buffer, retain = false) =>
    void stage.broker.current.deliver(`open/PR_scripted/${suffix}`, payload, { retain });

  /** What devices send in each case. */
  function reportAll() {
    stage.report('DU_1/attributes', { temperature: 20, nested: { a: [1, null, 'ü'] } });
    stage.report('DU_1/attributes', { temperature: 20.4, relay: true });
    stage.report('DU_9/event_report', { method: 'motion', params: { at: 3 } });
    stage.report('DU_9/command_reply', { method: 'reboot', params: { ok: true }, id: 7 });
    bytes('DU_1/data/s1', Buffer.from([1, 3, 2, 0, 42, 0x39, 0x9b]));
    bytes('DU_1/data/s2', 'text <b>', true);
    stage.report('DU_2/alarm', { alerting: true, level: 2 });
    stage.report('DU_2/online', { online: false });
  }

  const cases: object[] = [
    { types: ['attributes'] },
    { types: ['attributes'], output: 'value', topic: 'attribute' },
    { types: ['attributes'], attributes: ['relay'], topic: 'device' },
    { types: ['attributes'], attributes: ['temperature'], when: 'changed' },
    { types: ['attributes'], attributes: ['temperature'], when: 'deadband', deadband: '0.5' },
    { types: ['event_report'], output: 'value' },
    { types: ['event_report', 'command_reply'], methods: ['motion'] },
    { types: ['command_reply'] },
    { types: ['data'], dataFormat: 'hex' },
    { types: ['data'], streams: ['s1'] },
    { types: ['data'], streams: ['s1'], dataFormat: 'modbus' },
    { types: ['data'], streams: ['s2'], dataFormat: 'text', topic: 'attribute' },
    { types: ['alarm'], output: 'value' },
    { types: [], devices: ['#north'], dataFormat: 'auto' },
    { types: [], devices: ['Pump 1'], dataFormat: 'base64' },
    { types: ['online'], when: 'changed' },
  ];
  for (const properties of cases) {
    it(`is what the node sends, ${JSON.stringify(properties)}`, async () => {
      await stage.load(flow(properties), 'in', 'all');
      const got = record('in.got');
      reportAll();
      await stage.settled();
      await until(() => got.length > 0, 5000, 'a message');
      const { last, served, state } = await ask({ ...properties, id: 'new' });
      should([served, state]).eql([true, 'connected']);
      const count = last?.messages?.length ?? 0;
      should(count).be.above(0);
      for (const [i, { _msgid, payload, topic, parts, ...rest }] of got.slice(-count).entries()) {
        const message = last?.messages?.[i];
        should(message?.payload.text).equal(shown(payload));
        should(message?.topic).equal(topic);
        const { timestamp, ...others } = rest;
        should(timestamp).equal(last?.timestamp);
        for (const [name, value] of Object.entries(others))
          should(message?.rest).containEql(`"${name}": ${shown(value).replaceAll('\n', '\n  ')}`);
      }
    });
  }

  it('is taken from the values of the dialog, not from the deployed ones, and changes nothing of those', async () => {
    await stage.load(flow({ types: ['online'] }), 'in', 'all');
    reportAll();
    await stage.settled();
    const { last } = await ask({ types: ['event_report'], devices: 'Pump 1, DU_9', output: 'value' });
    should(last?.messages?.[0]?.payload).eql({ type: 'Object', text: '{\n  "at": 3\n}' });
    should(last?.age).be.within(0, 60_000);
    should(last?.device).equal('DU_9');
  });

  it('leaves out what the form leaves out: nothing fits, and what is waited for', async () => {
    await stage.load(flow(), 'in', 'all');
    reportAll();
    await stage.settled();
    should(await ask({ types: ['attributes'], devices: ['DU_7', 'DU_8'] })).eql({
      state: 'connected',
      filters: ['open/PR_scripted/DU_7/attributes', 'open/PR_scripted/DU_8/attributes'],
      filterCount: 2,
      served: true,
    });
  });

  it('says that nobody has asked for it yet, and that no deployed node uses the project', async () => {
    const only = (broker: { endpoint: string }) =>
      flow({ types: ['online'], devices: ['DU_1'] })(broker).filter(({ id }) => id !== 'all');
    await stage.load(only, 'in');
    should(await ask({ types: ['data'], streams: ['s1'] })).containEql({ state: 'connected', served: false });
    should(await ask({ types: ['online'], devices: ['DU_1'] })).containEql({ served: true });
    const problem = (await ask({ types: [] }, 'unused')).problem;
    should(problem?.code).equal('EZT_CONFIG'); // it has no key
  });

  it('what is known comes first where the form asks for it, as long as nothing else has come', async () => {
    await stage.load(flow(), 'in', 'all');
    stage.report('DU_1/attributes', { a: 1 });
    await stage.settled();
    const heard = Date.now();
    await until(() => Date.now() > heard, 1000, 'the next millisecond: nothing finer is kept on the disk');
    stage.report('DU_9/attributes', { a: 2 });
    await stage.settled();
    const wish = { types: ['attributes', 'online'], attributes: ['a'] };
    // Another connection: what is known comes from the disk.
    await deploy(
      flow()(stage.broker).map((node) => (node.id === 'cloud' ? { ...node, keepalive: 31 } : node)),
    );
    await ready('in', 'all');
    should((await ask(wish)).last).be.undefined();
    const known = (await ask({ ...wish, devices: ['DU_1', 'DU_9', 'DU_none'], initial: 'true' })).last;
    should(known?.device).equal('DU_9');
    should(known?.messages?.[0]?.payload.text).equal('{\n  "a": 2\n}');
    should(known?.messages?.[0]?.rest).containEql('"known": true').and.containEql('"age": ');
  });

  it('a payload that cannot be typed: the code, the reason, and how it begins', async () => {
    await stage.load(flow(), 'in', 'all');
    bytes('DU_1/attributes', '{"a": <script>');
    bytes('DU_1/data/s1', Buffer.from([0xff, 0xfe]));
    await until(async () => (await ask({ types: ['data'] })).last, 5000, 'the messages');
    const { last } = await ask({ types: ['attributes'] });
    should(last?.problem).containEql({ code: 'EZT_MALFORMED', reason: 'malformed' });
    should(last?.beginning).equal('"{\\"a\\": <script>"');
    should(last?.messages).be.undefined();
    should((await ask({ types: ['data'], dataFormat: 'text' })).last?.problem?.code).equal('EZT_MALFORMED');
    should((await ask({ types: ['data'] })).last?.messages?.[0]?.payload.text).equal('buffer[2] ff fe');
  });

  it('what is huge or hostile is cut, and stays text', async () => {
    await stage.load(flow(), 'in', 'all');
    bytes('DU_1/attributes', JSON.stringify({ a: 'x'.repeat(1_000_000) }));
    bytes(
      'DU_2/attributes',
      `{"__proto__": {"polluted": 1}, "<img src=x>": "</script>", "a": ${'['.repeat(150)}${']'.repeat(150)}}`,
    );
    bytes('DU_1/data/big', Buffer.alloc(1_000_000, 7));
    bytes(
      'DU_1/event_report',
      JSON.stringify({ method: 'm', params: Array.from({ length: 900 }, (_, i) => i) }),
    );
    await until(async () => (await ask({ types: ['event_report'] })).last, 5000, 'the messages');
    const big = (await ask({ types: ['attributes'], devices: ['DU_1'] })).last;
    should(big?.size).equal(1_000_008);
    should(big?.beginning).startWith('"{\\"a\\":\\"xxx');
    should(big?.messages).be.undefined();
    const { payload } = (await ask({ types: ['attributes'], devices: ['DU_2'] })).last?.messages?.[0] ?? {};
    should(payload?.text)
      .containEql('"<img src=x>": "</script>"')
      .and.containEql('[…]')
      .and.not.containEql('polluted');
    should((await ask({ types: ['data'] })).last?.size).equal(1_000_000);
    should((await ask({ types: ['event_report'] })).last?.messages?.[0]?.payload.text).containEql('… (800)');
  });

  it('an own push that has come back is marked, or left out', async () => {
    stage.broker.on.publish = (packet, connection) => {
      connection.answer(packet);
      connection.deliver(packet.topic.replace(/_push$/, ''), packet.payload.toString());
    };
    const withOut = (broker: { endpoint: string }) => [...flow()(broker), ...palette('ezt-attr-out', 'out')];
    await stage.load(withOut, 'in', 'all', 'out');
    stage.report('DU_1/attributes', { a: 1 });
    const push = { type: 'ezt-attr-out', device: 'DU_1', values: { value: { a: 2 } } };
    should((await admin('/eztcloud/cloud/try', push)).status).equal(200);
    const kept = await until(
      async () => {
        const { last } = await ask({ types: ['attributes'] });
        return last?.messages?.[0]?.rest.includes('"own": true') && last;
      },
      5000,
      'the echo',
    );
    should(kept.messages?.[0]?.payload.text).containEql('"a": 2');
    const dropped = await ask({ types: ['attributes'], own: 'drop' });
    should(dropped.last?.messages?.[0]?.payload.text).containEql('"a": 1');
  });

  it('what is wrong with the form: code, reason and text, as the node would have it', async () => {
    await stage.load(flow(), 'in', 'all');
    for (const [values, code, reason] of [
      [{ devices: ['#nowhere'] }, 'EZT_DEVICE', 'tagUnknown'],
      [{ devices: ['Twin'] }, 'EZT_DEVICE', 'aliasAmbiguous'],
      [{ devices: ['a/b'] }, 'EZT_CONFIG', 'badOption'],
      [{ types: ['weather'] }, 'EZT_CONFIG', 'badOption'],
      [{ types: { a: 1 } }, 'EZT_CONFIG', 'badOption'],
      [{ devices: [variable('HOME')] }, 'EZT_CONFIG', 'deployFirst'],
      [{ when: variable('PATH') }, 'EZT_CONFIG', 'deployFirst'],
      [{ type: 'inject' }, 'EZT_CONFIG', 'badOption'],
    ] as const) {
      const { problem } = await ask(values);
      should(problem).containEql({ code, reason });
      should(problem?.message).be.a.String().and.not.containEql(String(process.env.HOME));
    }
    should((await (await admin('/eztcloud/cloud/preview', [])).json()).problem.code).equal('EZT_CONFIG');
  });

  it("reads the deployed node's own variables, in lists too", async () => {
    process.env.EZT_PREVIEW_DEVICES = 'DU_1;DU_2';
    process.env.EZT_PREVIEW_TOPIC = 'device';
    const own = { devices: [variable('EZT_PREVIEW_DEVICES')], topic: variable('EZT_PREVIEW_TOPIC') };
    await stage.load(flow(own), 'in', 'all');
    const { filters, problem } = await ask({ types: ['alarm'], ...own });
    should(problem).be.undefined();
    should(filters).eql(['open/PR_scripted/DU_1/alarm', 'open/PR_scripted/DU_2/alarm']);
    delete process.env.EZT_PREVIEW_DEVICES;
    delete process.env.EZT_PREVIEW_TOPIC;
  });

  it('thousands of devices: the first filters, and how many there are', async () => {
    await stage.load(flow(), 'in', 'all');
    const devices = Array.from({ length: 5_000 }, (_, i) => `DU_${i}`);
    const { filters, filterCount } = await ask({ types: ['alarm', 'online'], devices });
    should([filters.length, filterCount]).eql([10, 10_000]);
  });

  it('of what is no deployed project, and 415 for what any page may post', async () => {
    await stage.load(flow(), 'in', 'all');
    const notDeployed = async (id: string) => {
      const response = await admin(`/eztcloud/${id}/preview`, { type: 'ezt-in' });
      should([response.status, await response.json()]).eql([200, { deployed: false }]);
      should((await admin(`/eztcloud/${id}/try`, {})).status).equal(404);
    };
    for (const id of ['nowhere', 'in', 'tls', '__proto__']) await notDeployed(id);
    for (const route of ['preview', 'try']) {
      for (const type of ['text/plain', 'application/x-www-form-urlencoded'])
        should(
          (await admin(`/eztcloud/cloud/${route}`, {}, { headers: { 'content-type': type } })).status,
        ).equal(415);
    }
    const without = [
      { id: 'tab', type: 'tab' },
      { id: 'x', type: 'helper', ...place },
    ];
    await deploy(without);
    await notDeployed('cloud');
  });
});
