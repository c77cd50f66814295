import should from 'should';
import { createAuthority } from '../../../emulator/certificates';
import { admin, loadFlow, unload } from '../../support/flows';
import { type HttpProxyServer, startHttpProxy } from '../../support/http-proxy';
import { project, tab } from '../../support/project';
import { type ScriptedBroker, startScriptedBroker } from '../../support/scripted-broker';

const PASSWORD = 'stored-password-of-the-proxy';
const SECRET = 'stored-secret-of-the-project';
const VARIABLES = { EZT_PROXY_PASSWORD: 'password-of-a-variable', EZT_PROXY_OTHER: 'another-variable' };
const variable = (name: string) => `\${${name}}`;
const basic = (credentials: string) => Buffer.from(credentials).toString('base64');

interface Answer {
  ok?: boolean;
  reason?: string;
  proxy?: string;
  steps?: { step: string; ok: boolean; reason?: string }[];
  notReached?: string[];
}

/** No node uses the project, so that only tests connect. */
describe('test of a connection: a proxy that is new or changed', () => {
  let broker: ScriptedBroker;
  let own: HttpProxyServer;
  let thief: HttpProxyServer;
  before(async () => {
    broker = await startScriptedBroker();
    Object.assign(process.env, VARIABLES);
  });
  beforeEach(async () => {
    own = await startHttpProxy();
    thief = await startHttpProxy();
    const proxy = { type: 'http proxy', name: '', noproxy: [] };
    await loadFlow(
      [
        ...tab(),
        ...project(broker, { proxy: 'proxy' }),
        { ...project(broker)[1], id: 'direct' },
        { ...project(broker)[0], id: 'lax', verifyservercert: false },
        { ...proxy, id: 'proxy', url: own.url },
        { ...proxy, id: 'other', url: thief.url },
        { ...proxy, id: 'varied', url: own.url },
      ],
      {
        credentials: {
          cloud: { projectKey: 'PR_1', projectSecret: SECRET },
          direct: { projectKey: 'PR_1', projectSecret: SECRET },
          tls: { cadata: broker.ca },
          proxy: { username: 'user', password: PASSWORD },
          varied: { username: 'user', password: variable('EZT_PROXY_PASSWORD') },
        },
      },
    );
  });
  afterEach(async () => {
    await unload();
    await Promise.all([own.stop(), thief.stop()]);
  });
  after(async () => {
    for (const name of Object.keys(VARIABLES)) delete process.env[name];
    await broker.stop();
  });

  async function test(changes: object = {}): Promise<Answer> {
    const dialog = { id: 'cloud', endpoint: broker.endpoint, projectKey: 'PR_1', tls: 'tls', proxy: 'proxy' };
    const text = await (await admin('/eztcloud/test', { ...dialog, ...changes })).text();
    for (const value of [PASSWORD, SECRET, basic(`user:${PASSWORD}`), ...Object.values(VARIABLES)])
      should(text).not.containEql(value);
    return JSON.parse(text);
  }
  const config = (url: string, credentials: object = {}, more: object = {}) => ({
    proxyConfig: { name: '', url, noproxy: [], credentials, ...more },
  });
  const typed = { projectSecret: 'typed' };

  it('as deployed: with the stored secret and the stored password', async () => {
    const { ok, proxy, notReached } = await test();
    should([ok, proxy, notReached]).deepEqual([true, own.url, []]);
    own.requests.every((request) => request.includes(basic(`user:${PASSWORD}`))).should.be.true();
    broker.packets('connect').at(-1)?.password?.toString().should.equal(SECRET);
  });

  it('a new one, deployed elsewhere or nowhere, asks for the secret again, whatever verifies', async () => {
    const ways = [
      { proxy: 'other' },
      { proxy: 'new', ...config(thief.url) },
      { ...config(thief.url, { username: '', password: '' }) },
      { proxy: 'other', tls: 'lax' },
      { id: 'direct', proxy: 'other' },
      { id: 'direct', proxy: 'proxy' },
    ];
    for (const way of ways) {
      for (const projectSecret of [undefined, '__PWRD__']) {
        should(await test({ ...way, projectSecret })).have.property('reason', 'retypeSecret');
      }
    }
    thief.requests.should.be.empty();
    own.requests.should.be.empty();
    should(await test({ proxy: 'new', ...config(own.url), ...typed })).have.property('ok', true);
    should(await test({ proxy: 'other', ...typed })).have.property('ok', true);
    thief.requests.every((request) => !/authorization/i.test(request)).should.be.true();
  });

  it('a stored password goes to the stored proxy only, however the other one is written', async () => {
    for (const credentials of [
      undefined,
      {},
      { username: 'user' },
      { password: '__PWRD__' },
      { username: 'x' },
    ]) {
      const changed = { ...config(thief.url), ...typed };
      const answer = await test({ ...changed, proxyConfig: { ...changed.proxyConfig, credentials } });
      should(answer).have.property('reason', 'retypeProxy');
    }
    for (const url of [own.url.replace('127.0.0.1', 'localhost'), own.url.replace('http', 'https')])
      should(await test({ ...config(url), ...typed })).have.property('reason', 'retypeProxy');
    thief.requests.should.be.empty();
    own.requests.should.be.empty();
    const given = config(thief.url, { username: 'a', password: 'b' });
    should(await test({ ...given, ...typed })).have.property('ok', true);
    should(thief.requests[0]).containEql(basic('a:b'));
  });

  it('another name for it, its list of hosts, other credentials: nothing to type again', async () => {
    should(await test(config(`${own.url}/`, {}, { name: 'x' }))).have.property('ok', true);
    should(own.requests.at(-1)).containEql(basic(`user:${PASSWORD}`));
    should(await test(config(own.url, { username: 'a', password: 'b' }))).have.property('ok', true);
    should(own.requests.at(-1)).containEql(basic('a:b'));
    const before = own.requests.length;
    const direct = await test(config(own.url, {}, { noproxy: ['127.0.0.1'] }));
    should(direct).have.property('ok', true);
    should(direct.steps?.[0]?.step).equal('name');
    should(await test({ proxy: '' })).have.property('ok', true);
    own.requests.length.should.equal(before);
  });

  it('variables: the deployed ones are used, for the deployed proxy; others ask for a deploy', async () => {
    should(await test({ proxy: 'varied' })).have.property('ok', true);
    should(own.requests.at(-1)).containEql(basic(`user:${VARIABLES.EZT_PROXY_PASSWORD}`));
    const password = (name: string) => ({ username: 'user', password: variable(name) });
    const moved = { proxy: 'varied', ...config(thief.url, password('EZT_PROXY_PASSWORD')), ...typed };
    should(await test(moved)).have.property('reason', 'retypeProxy');
    for (const changed of [
      config(own.url, password('EZT_PROXY_OTHER')),
      config(variable('EZT_PROXY_OTHER')),
      config(own.url, {}, { noproxy: [variable('EZT_PROXY_OTHER')] }),
    ])
      should(await test({ proxy: 'varied', ...changed, ...typed })).have.property('reason', 'deployFirst');
    thief.requests.should.be.empty();
  });

  it('the proxy of the environment is the deployed one, and its credentials stay there', async () => {
    process.env.HTTPS_PROXY = own.url.replace('://', `://user:${PASSWORD}@`);
    try {
      const { ok, proxy } = await test({ id: 'direct', proxy: '' });
      should([ok, proxy]).deepEqual([true, own.url]);
      own.credentials = 'another:one';
      should((await test({ id: 'direct', proxy: '' })).steps?.[0]).have.property(
        'reason',
        'proxyCredentials',
      );
    } finally {
      delete process.env.HTTPS_PROXY;
    }
  });

  it('one that reads what passes gets nothing without the secret being typed, verification off or not', async () => {
    const authority = await createAuthority('of the thief');
    const reader = await startScriptedBroker({ authority });
    thief.misbehave = undefined;
    const lax = { tls: 'new', tlsConfig: { verifyservercert: false } };
    const trusting = {
      tls: 'new',
      tlsConfig: { verifyservercert: true, credentials: { cadata: reader.ca } },
    };
    for (const tls of [lax, trusting])
      should(await test({ proxy: 'other', ...tls })).have.property('reason', 'retypeSecret');
    reader.received.should.be.empty();
    await reader.stop();
  });

  it('a node that is not there, is disabled, or is no proxy', async () => {
    for (const proxy of ['nowhere', 'tls', 'cloud'])
      should(await test({ proxy, ...typed })).have.property('reason', 'proxyNode');
    should(await test({ ...config('socks5://x:1'), ...typed })).have.property('reason', 'proxyNode');
  });

  it('a failed step names those that were not reached', async () => {
    own.misbehave = (socket) => socket.write('HTTP/1.1 403 No\r\n\r\n');
    const { steps, notReached } = await test();
    should(steps?.map(({ step }) => step)).deepEqual(['proxy']);
    should(notReached).deepEqual(['tls', 'credentials', 'subscription']);
  });
});
