import should from 'should';
import { createAuthority } from '../../../emulator/certificates';
import { until } from '../../support/events';
import { admin, loadFlow, unload } from '../../support/flows';
import { needs } from '../../support/machine';
import { type Mosquitto, startMosquitto } from '../../support/mosquitto';
import { freePort } from '../../support/ports';
import { credentials, palette, project, ready, statusOf, tab } from '../../support/project';
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
      ...project(broker),
      ...palette('ezt-in', 'in', { types: [] }),
      { id: 'stranger', type: 'tls-config', cert: '', key: '', ca: '', verifyservercert: true },
    ];
    const stranger = await createAuthority('stranger');
    await loadFlow(flow, { credentials: { ...credentials(broker), stranger: { cadata: stranger.ca } } });
    await ready('in');
  });
  after(async () => {
    await unload();
    await broker.stop();
  });

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
