import should from 'should';
import { until } from '../../support/events';
import { type Credentials, deploy, type Flow, loadFlow, unload } from '../../support/flows';
import { type HttpProxyServer, startHttpProxy } from '../../support/http-proxy';
import { logOf } from '../../support/log';
import { palette, project, statusOf, tab } from '../../support/project';
import { type ScriptedBroker, startScriptedBroker } from '../../support/scripted-broker';
import { connected, type Status, shows } from '../../support/statuses';

const SECRET = 'secret-of-the-proxy';
const red = (text: string) => (status: Status) => status.fill === 'red' && status.text === text;

describe('a project behind a proxy', () => {
  let broker: ScriptedBroker;
  let proxy: HttpProxyServer;
  const env = process.env;
  before(async () => {
    broker = await startScriptedBroker();
  });
  beforeEach(async () => {
    proxy = await startHttpProxy({ credentials: `user:${SECRET}` });
  });
  afterEach(async () => {
    await unload();
    for (const name of ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'NO_PROXY']) delete env[name];
    await proxy.stop();
  });
  after(() => broker.stop());

  const node = (properties: object = {}) => ({
    id: 'proxy',
    type: 'http proxy',
    name: '',
    url: proxy.url,
    noproxy: [],
    ...properties,
  });
  const flow = (config: object, ...more: Flow) => [
    ...tab(),
    ...more,
    ...project(broker, { ...config }),
    ...palette('ezt-in', 'in'),
  ];
  const credentials = (): Credentials => ({
    cloud: { projectKey: 'PR_1', projectSecret: 'secret' },
    tls: { cadata: broker.ca },
    proxy: { username: 'user', password: SECRET },
  });
  const load = (it: Flow, settings = {}) => loadFlow(it, { credentials: credentials(), settings });
  const withCredentials = `http://user:${SECRET}@`;

  it('takes URL and credentials from the http proxy node that it names', async () => {
    await load(flow({ proxy: 'proxy' }, node()));
    await connected('in');
    proxy.requests.length.should.equal(1);
    const status = await statusOf('cloud');
    should(status).have.property('proxy', proxy.url);
    JSON.stringify(status).should.not.containEql(SECRET);
    logOf('cloud', 'info').join().should.containEql(`(${proxy.url}): connected`);
  });

  for (const inside of [['cloud'], ['cloud', 'proxy']]) {
    it(`inside a subflow too: ${inside.join(' and ')}`, async () => {
      const config = [...project(broker, { proxy: 'proxy' }), node()];
      await load([
        ...tab(),
        ...config.map((each) => (inside.includes(String(each.id)) ? { ...each, z: 'sub' } : each)),
        { id: 'sub', type: 'subflow', name: 'Sub', in: [], out: [] },
        { id: 'in', type: 'ezt-in', z: 'sub', x: 0, y: 0, cloud: 'cloud', wires: [] },
        { id: 'instance', type: 'subflow:sub', z: 'tab', x: 0, y: 0, wires: [] },
      ]);
      await connected('instance-in');
      proxy.requests.length.should.equal(1);
      should(await statusOf('cloud')).have.property('proxy', proxy.url);
    });
  }

  for (const properties of [{ noproxy: ['127.0.0.1'] }, { url: '' }]) {
    it(`goes directly with ${JSON.stringify(properties)} in the node`, async () => {
      await load(flow({ proxy: 'proxy' }, node(properties)));
      await connected('in');
      proxy.requests.should.be.empty();
    });
  }

  for (const name of ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY']) {
    it(`without a node takes that of ${name}, with its credentials, unless NO_PROXY has the host`, async () => {
      env[name] = proxy.url.replace('http://', withCredentials);
      await load(flow({}));
      await connected('in');
      proxy.requests.length.should.equal(1);
      const { total } = broker.sockets;
      env.NO_PROXY = 'localhost,127.0.0.1';
      await deploy(flow({}), 'full');
      await until(() => broker.sockets.total === total + 1, 5000, 'the next connection');
      await connected('in');
      proxy.requests.length.should.equal(1);
    });
  }

  it('obeys proxyOptions of the settings file, as core does', async () => {
    env.HTTPS_PROXY = proxy.url.replace('http://', withCredentials);
    await load(flow({}), { proxyOptions: { lowerCaseOnly: true } });
    await connected('in');
    proxy.requests.should.be.empty();
  });

  it('a node comes before the environment, which it replaces', async () => {
    env.HTTPS_PROXY = 'http://127.0.0.1:9';
    env.NO_PROXY = '*';
    await load(flow({ proxy: 'proxy' }, node()));
    await connected('in');
    proxy.requests.length.should.equal(1);
  });

  const unusable: [what: string, text: string, nodes: () => Flow, environment: object][] = [
    ['a node that is not there', 'proxyNode', () => [], {}],
    ['a node that is disabled', 'proxyNode', () => [node({ d: true })], {}],
    ['a node of another type', 'proxyNode', () => [{ ...project(broker)[0], id: 'proxy' }], {}],
    ['a URL that is none', 'proxyNode', () => [node({ url: `socks5://u:${SECRET}@x:1` })], {}],
    ['a variable that is none', 'proxyVariable', () => [], { HTTPS_PROXY: `socks5://u:${SECRET}@x:1` }],
  ];
  for (const [what, text, nodes, environment] of unusable) {
    it(`${what}: the status says so, and nothing is connected to`, async () => {
      Object.assign(env, environment);
      const before = broker.sockets.total;
      await load(flow({ proxy: text === 'proxyVariable' ? '' : 'proxy' }, ...nodes()));
      await shows('in', red(text));
      logOf('cloud', 'error').join().should.not.containEql(SECRET);
      broker.sockets.total.should.equal(before);
    });
  }

  it('what the proxy refuses is shown by its name, and its credentials are nowhere', async () => {
    await load(flow({ proxy: 'proxy' }, node({ url: proxy.url.replace('http://', withCredentials) })), {
      logging: { console: { level: 'trace' } },
    });
    await connected('in');
    proxy.credentials = 'another:one';
    broker.current.destroy();
    await shows('in', red('proxyCredentials'));
    const said = [...logOf('cloud', 'warn'), ...logOf('cloud', 'info')].join();
    should(said).containEql('HTTP 407');
    should(said + JSON.stringify(await statusOf('cloud'))).not.match(new RegExp(`${SECRET}|user:`));
  });

  it('a deploy that changes the proxy opens the connection anew; one that does not leaves it alone', async () => {
    const given = flow({ proxy: 'proxy' }, node());
    await load(given);
    await connected('in');
    const { total } = broker.sockets;
    const moved = given.map((each) => (each.id === 'in' ? { ...each, name: 'moved' } : each));
    await deploy(moved, 'nodes');
    await connected('in');
    broker.sockets.total.should.equal(total);
    const other = await startHttpProxy({ credentials: `user:${SECRET}` });
    await deploy(
      moved.map((each) => (each.id === 'proxy' ? { ...each, url: other.url } : each)),
      'nodes',
    );
    await until(() => other.requests.length === 1, 5000, 'the other proxy to be asked');
    await connected('in');
    broker.sockets.total.should.equal(total + 1);
    await deploy(
      moved.map((each) => (each.id === 'cloud' ? { ...each, proxy: '' } : each)),
      'nodes',
    );
    await until(() => broker.sockets.total === total + 2, 5000, 'the direct connection');
    await connected('in');
    proxy.requests.length.should.equal(1);
    other.requests.length.should.equal(1);
    await other.stop();
  });
});
