import should from 'should';
import { createAuthority } from '../../../emulator/certificates';
import { until } from '../../support/events';
import { admin, loadFlow, nodeOf, unload } from '../../support/flows';
import { needs } from '../../support/machine';
import { type Mosquitto, startMosquitto } from '../../support/mosquitto';
import { freePort } from '../../support/ports';
import { credentials, deviceOf, next, palette, project, ready, statusOf, tab } from '../../support/project';
import { startScriptedBroker } from '../../support/scripted-broker';

interface TestAnswer {
  ok: boolean;
  steps: { step: string; ok: boolean; ms: number; detail: string; reason?: string }[];
  error?: string;
  reason?: string;
}

describe('admin routes', function () {
  needs(this, 'mosquitto');
  let broker: Mosquitto;

  before(async () => {
    broker = await startMosquitto();
    const flow = [
      ...tab(),
      ...project(broker, { aliases: { DU_3: { name: 'Boiler', tags: ['floor 1'] } } }),
      ...palette('ezt-in', 'in', { types: [] }),
      ...palette('ezt-attr-out', 'attr'),
      { id: 'stranger', type: 'tls-config', cert: '', key: '', ca: '', verifyservercert: true },
      { id: 'broken', type: 'eztcloud-config', endpoint: 'mqtt://host' },
    ];
    const stranger = await createAuthority('stranger');
    await loadFlow(flow, { credentials: { ...credentials(broker), stranger: { cadata: stranger.ca } } });
    await ready('in', 'attr');
  });
  after(async () => {
    await unload();
    await broker.stop();
  });

  it('devices: what has been seen', async () => {
    const device = deviceOf(await broker.platform(), broker.key);
    const start = Date.now();
    await next('in.got', () => device('DU_1/attributes', { a: 1, b: 2 }));
    await next('in.got', () => device('DU_1/online', { online: true }));
    await next('in.got', () => device('DU_1/data/s1', 'x'));
    await next('in.got', () => device('DU_1/event_report', { method: 'm1', params: {} }));
    await next('in.got', () => device('DU_2/online', { online: false }));
    const devices = await (await admin('/eztcloud/cloud/devices')).json();
    const [first, second] = ['DU_1', 'DU_2'].map((name) =>
      devices.find((each: { device: string }) => each.device === name),
    );
    should(devices.length).equal(2);
    should(first.lastSeen).be.within(start, Date.now());
    should(first).containEql({ device: 'DU_1', online: true });
    should([first.attributes, first.streams, first.methods]).deepEqual([['a', 'b'], ['s1'], ['m1']]);
    should(second).containEql({ device: 'DU_2', online: false });
  });

  it('memory: what is known, a page at a time, whatever is asked', async () => {
    const device = deviceOf(await broker.platform(), broker.key);
    await next('in.got', () => device('DU_3/attributes', { a: { b: 1 }, c: 2 }));
    await next('in.got', () => device('DU_4/alarm', { alerting: true }));
    const ask = async (query: string) => {
      const response = await admin(`/eztcloud/cloud/memory?${query}`);
      const text = await response.text();
      should([response.status, text.includes(broker.secret)]).deepEqual([200, false]);
      return JSON.parse(text);
    };
    const { total, devices, next: after } = await ask('search=DU_&limit=1&after=DU_2');
    should(total).be.aboveOrEqual(2);
    should([devices.length, devices[0].device, after]).deepEqual([1, 'DU_3', 'DU_3']);
    should(devices[0]).containEql({ attributes: { a: { b: 1 }, c: 2 }, online: null, alarm: null });
    for (const search of ['boil', 'FLOOR']) {
      const found = await ask(`search=${search}`);
      should([found.total, found.devices[0].device, found.devices[0].name]).deepEqual([1, 'DU_3', 'Boiler']);
    }
    const last = await ask(`after=${after}`);
    should([last.devices[0].device, last.devices[0].alarm, last.next]).deepEqual(['DU_4', true, undefined]);
    for (const hostile of [
      'limit=-1',
      'limit=1e9',
      'limit[]=5',
      'search[a]=b&after[]=1&after[]=2',
      'search=__proto__&after=%F0%9F%98%80',
      `search=${'x'.repeat(5_000)}`,
      'search=.*%00(',
    ])
      should(Array.isArray((await ask(hostile)).devices)).be.true();
  });

  it('status: state, protocol, filters, counters, and no secret', async () => {
    const response = await admin('/eztcloud/cloud/status');
    const text = await response.text();
    should(text).not.containEql(broker.secret);
    const status = JSON.parse(text);
    should(status.state.is).equal('connected');
    should(status.protocol).equal('5');
    Object.keys(status.filters).length.should.equal(6);
    should(status.counters.connections).equal(1);
    const before = status.counters.acknowledged;
    nodeOf('attr').receive({ device: 'DU_1', payload: { a: 1 } });
    await until(
      async () => (await statusOf('cloud')).counters.acknowledged === before + 1,
      5000,
      'the counter',
    );
    const broken = await (await admin('/eztcloud/broken/status')).json();
    should(broken.problem.code).equal('EZT_CONFIG');
  });

  for (const id of ['nowhere', 'in', 'tls', '__proto__']) {
    it(`404 for ${id}, which is no project`, async () => {
      for (const route of ['devices', 'memory', 'status']) {
        should((await admin(`/eztcloud/${id}/${route}`)).status).equal(404);
      }
    });
  }

  const dialog = (values: object = {}) => ({
    id: 'cloud',
    endpoint: broker.endpoint,
    tls: 'tls',
    protocol: 'auto',
    projectKey: broker.key,
    projectSecret: broker.secret,
    ...values,
  });
  async function test(values: object): Promise<TestAnswer> {
    const response = await admin('/eztcloud/test', values);
    const text = await response.text();
    should(text).not.containEql(broker.secret);
    const answer: TestAnswer = JSON.parse(text);
    should(response.status).equal(answer.steps ? 200 : 400);
    return answer;
  }

  it('test: all five steps, with the stored secret and with a typed one, saved or not', async () => {
    for (const values of [dialog(), dialog({ projectSecret: '__PWRD__' }), dialog({ id: 'unsaved' })]) {
      const { ok, steps } = await test(values);
      should(steps.map(({ step }) => step)).deepEqual(['name', 'tcp', 'tls', 'credentials', 'subscription']);
      should(steps.every((step) => step.ok && step.ms >= 0 && step.detail !== '')).be.true();
      should(ok).be.true();
    }
    should((await statusOf('cloud')).counters.connections).equal(1);
    await until(() => broker.clients.size === 1, 5000, 'the test to leave nothing behind');
  });

  const failures: [step: string, reason: string, values: () => object | Promise<object>][] = [
    ['name', 'dns', () => ({ endpoint: 'mqtts://nowhere.invalid' })],
    ['tcp', 'portClosed', async () => ({ endpoint: `127.0.0.1:${await freePort()}` })],
    ['tls', 'untrusted', () => ({ tls: 'stranger' })],
    ['tls', 'untrusted', () => ({ tls: '' })],
    ['credentials', 'unauthorized', () => ({ projectSecret: 'wrong' })],
  ];
  for (const [step, reason, values] of failures) {
    it(`test: ${step} fails, ${reason}`, async () => {
      const { ok, steps } = await test(dialog(await values()));
      should(ok).be.false();
      const last = steps.at(-1);
      should([last?.step, last?.ok, last?.reason]).deepEqual([step, false, reason]);
      should(steps.slice(0, -1).every((before) => before.ok)).be.true();
    });
  }

  it('test: a subscription that is denied', async () => {
    const filter = `open/${broker.key}/+/alarm`;
    await broker.deny('subscribe', filter);
    const { steps } = await test(dialog());
    should(steps.at(-1)).containEql({ step: 'subscription', ok: false, reason: 'subscription' });
    should(steps.at(-1)?.detail).containEql(filter);
    await broker.allow('subscribe', filter);
  });

  const bad: [what: string, reason: string, values: object][] = [
    ['a plain endpoint', 'plaintext', { endpoint: 'mqtt://127.0.0.1' }],
    ['no endpoint', 'noEndpoint', { endpoint: '' }],
    ['no key', 'noKey', { projectKey: '' }],
    ['no secret', 'noSecret', { projectSecret: '' }],
    ['a stored secret of no project', 'noSecret', { id: 'nowhere', projectSecret: undefined }],
    ['a TLS node that is not there', 'tlsNode', { tls: 'nowhere' }],
  ];
  for (const [what, reason, values] of bad) {
    it(`test: 400 for ${what}`, async () => {
      should((await test(dialog(values))).reason).equal(reason);
    });
  }
  it('test: 400 for a body that is no object', async () => {
    should((await admin('/eztcloud/test', [])).status).equal(400);
  });

  it('test: the stored secret goes to the stored endpoint only', async () => {
    const thief = await startScriptedBroker();
    const stored = new URL(broker.endpoint);
    for (const secret of ['__PWRD__', undefined, `\${EZT_SECRET}`]) {
      for (const endpoint of [thief.endpoint, `wss://${stored.host}`, `mqtts://localhost:${stored.port}`]) {
        const answer = await test(dialog({ endpoint, projectSecret: secret, tls: '' }));
        should(answer.reason).equal('retypeSecret');
      }
    }
    should(thief.sockets.total).equal(0);
    await thief.stop();
  });
});
