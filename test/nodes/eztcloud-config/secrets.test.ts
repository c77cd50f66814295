import should from 'should';
import { type HttpProxyServer, startHttpProxy } from '../../support/http-proxy';
import { needs } from '../../support/machine';
import { type Mosquitto, startMosquitto } from '../../support/mosquitto';
import { type NodeRed, startNodeRed } from '../../support/node-red';
import { credentials, deviceOf, palette, place, project, tab } from '../../support/project';

describe('Node-RED as a process', function () {
  needs(this, 'mosquitto');
  this.timeout(90_000);
  let broker: Mosquitto;
  let red: NodeRed;
  let proxy: HttpProxyServer;
  const SECRET = 'Xq7-very-secret-indeed-Zk9';
  const PROXY_PASSWORD = 'Pw4-of-the-proxy-Lm2';
  const leaking = [SECRET, PROXY_PASSWORD, Buffer.from(`user:${PROXY_PASSWORD}`).toString('base64')];

  const flows = () =>
    [
      ...tab('attr'),
      ...project(broker, { proxy: 'proxy' }),
      { id: 'proxy', type: 'http proxy', name: '', url: proxy.url, noproxy: [] },
      ...palette('ezt-in', 'in', { types: [] }).slice(0, 1),
      ...palette('ezt-attr-out', 'attr').slice(0, 1),
      ...palette('ezt-command-out', 'command', { method: 'm', timeout: 0.2 }).slice(0, 1),
      { id: 'button', type: 'inject', ...place, props: [{ p: 'payload' }], wires: [['attr', 'command']] },
      { id: 'show', type: 'debug', ...place, active: true, console: true, complete: 'true', wires: [] },
    ]
      .map((node) =>
        'wires' in node && ['in', 'attr', 'command', 'catch'].includes(String(node.id))
          ? { ...node, wires: [['show']] }
          : node,
      )
      .filter(({ type }) => type !== 'helper');

  before(async () => {
    broker = await startMosquitto({ secret: SECRET });
    proxy = await startHttpProxy({ credentials: `user:${PROXY_PASSWORD}` });
    red = await startNodeRed({
      flows: flows(),
      credentials: { ...credentials(broker), proxy: { username: 'user', password: PROXY_PASSWORD } },
      env: { DEBUG: '*', NODE_DEBUG: 'tls,net,http' },
      settings: { logging: { console: { level: 'trace', metrics: true, audit: true } } },
    });
    await red.logged(/mqtts:.* \(http:.*\): connected/);
  });
  after(async () => {
    await red?.stop('SIGKILL');
    await proxy.stop();
    await broker.stop();
  });

  it('the secret is nowhere: log at trace level with DEBUG=*, errors, /flows, status, tests', async () => {
    const device = deviceOf(await broker.platform(), broker.key);
    await red.inject('button', { payload: { a: 1 }, device: 'DU_1' });
    await red.inject('button', { payload: 'bad', device: 'a/b' });
    await red.logged(/EZT_REPLY_TIMEOUT/);
    await red.logged(/EZT_DEVICE/);
    await device('DU_1/attributes', 'not JSON');
    await red.logged(/EZT_MALFORMED/);
    const answers: string[] = [];
    const ask = async (path: string, init?: RequestInit) => {
      const response = await red.request(path, init);
      answers.push(await response.text());
    };
    const post = (body: object): RequestInit => ({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    for (const path of [
      '/flows',
      '/eztcloud/cloud/status',
      '/eztcloud/cloud/devices',
      '/credentials/eztcloud-config/cloud',
    ]) {
      await ask(path);
    }
    const dialog = {
      id: 'cloud',
      endpoint: broker.endpoint,
      projectKey: broker.key,
      tls: 'tls',
      proxy: 'proxy',
    };
    await ask('/eztcloud/test', post(dialog));
    await ask('/eztcloud/test', post({ ...dialog, projectKey: 'PR_other' }));
    await ask('/eztcloud/test', post({ ...dialog, endpoint: 'mqtts://127.0.0.1:1' }));
    // A secret that the broker no longer takes: what is said of the refusal.
    await broker.setSecret('another');
    await red.deploy(flows());
    await red.logged(/not authori[sz]ed|bad user name/);
    await ask('/eztcloud/cloud/status');
    // A password that the proxy no longer takes.
    proxy.credentials = 'another:one';
    await red.deploy(flows());
    await red.logged(/HTTP 407/);
    await ask('/eztcloud/test', post(dialog));
    await ask('/eztcloud/cloud/status');
    should(answers.at(-1)).containEql('proxyCredentials');
    should(answers[0]).containEql('eztcloud-config');
    should(answers[4]).containEql('"ok":true');
    const leaks = [...answers, ...red.log].filter((text) => leaking.some((secret) => text.includes(secret)));
    should(leaks.map((text) => text.slice(0, 300))).deepEqual([]);
    should(red.log.some((line) => line.includes('[trace]'))).be.true();
    should(red.running).be.true();
    await broker.setSecret(SECRET);
  });
});
