import { mock } from 'node:test';
import fc from 'fast-check';
import should from 'should';
import { admin, loadFlow, unload } from '../../support/flows';
import { type HttpProxyServer, startHttpProxy } from '../../support/http-proxy';
import { project, tab } from '../../support/project';
import { type ScriptedBroker, startScriptedBroker } from '../../support/scripted-broker';

const UNCHANGED = '__PWRD__';
const STORED = {
  key: 'PR_stored',
  secret: 'stored-secret-of-the-project',
  password: 'stored-password-of-the-proxy',
  variable: 'secret-in-a-variable',
};
const VARIABLE = '$' + '{EZT_THIEF_TEST}';

/** Whoever may test connections, but not read secrets, has a broker and a proxy of their own. */
describe('test of a connection: whatever the form holds', function () {
  this.timeout(60_000);
  let broker: ScriptedBroker;
  let thief: ScriptedBroker;
  let own: HttpProxyServer;
  let theirs: HttpProxyServer;
  let passed = 0;
  before(async () => {
    [broker, thief] = [await startScriptedBroker(), await startScriptedBroker()];
    [own, theirs] = [await startHttpProxy(), await startHttpProxy()];
    process.env.EZT_THIEF_TEST = STORED.variable;
    const proxy = { type: 'http proxy', name: '', noproxy: [] };
    const projectSecrets = { projectKey: STORED.key, projectSecret: STORED.secret };
    const proxySecrets = { username: 'user', password: STORED.password };
    await loadFlow(
      [
        ...tab(),
        ...project(broker, { proxy: 'proxy' }),
        { ...project(broker)[1], id: 'direct' },
        { ...project(broker, { clientId: VARIABLE, proxy: 'varied' })[1], id: 'variable' },
        { ...project(broker)[0], id: 'lax', verifyservercert: false },
        { ...proxy, id: 'proxy', url: own.url },
        { ...proxy, id: 'theirs', url: theirs.url },
        { ...proxy, id: 'varied', url: own.url },
      ],
      {
        credentials: {
          cloud: projectSecrets,
          direct: projectSecrets,
          variable: { projectKey: STORED.key, projectSecret: VARIABLE },
          tls: { cadata: broker.ca },
          proxy: proxySecrets,
          theirs: {},
          varied: { username: 'user', password: VARIABLE },
        },
      },
    );
    // A minute passes before each test: so many are allowed then.
    const real = performance.now.bind(performance);
    mock.method(performance, 'now', () => real() + passed);
  });
  after(async () => {
    mock.restoreAll();
    delete process.env.EZT_THIEF_TEST;
    await unload();
    await Promise.all([broker, thief, own, theirs].map((each) => each.stop()));
  });

  /** Now and then, what no dialog sends. */
  const seldom = fc.constantFrom<unknown>(undefined, null, '', 7, [], {}, '__proto__', VARIABLE);
  const mostly = (...values: unknown[]) =>
    fc.oneof({ weight: 15, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: seldom });
  const credential = (typed: string) => mostly(UNCHANGED, typed, typed);
  const proxyConfig = () =>
    fc.record({
      url: mostly(own.url, theirs.url, theirs.url, `${theirs.url}/?${own.url}`),
      noproxy: mostly([]),
      credentials: fc.record({ username: mostly('user'), password: credential('typed') }),
    });
  const forms = () =>
    fc.record({
      id: fc.constantFrom('cloud', 'cloud', 'direct', 'variable', 'new'),
      endpoint: fc.constantFrom(broker.endpoint, thief.endpoint),
      tls: mostly('tls', 'lax'),
      tlsConfig: mostly(undefined, { verifyservercert: false }),
      proxy: mostly('', 'proxy', 'theirs', 'varied'),
      proxyConfig: fc.oneof(proxyConfig(), seldom),
      clientId: mostly(''),
      projectKey: credential('PR_typed'),
      projectSecret: credential('typed'),
    });
  /** What has come to a broker since it had got `before` packets. */
  const seen = ({ received }: ScriptedBroker, before: number) =>
    received.slice(before).map(({ packet }) => {
      if (packet.cmd !== 'connect') return packet.cmd;
      const { username, password, clientId } = packet;
      return [username, password, clientId].join();
    });

  it('nothing that is stored comes to them, or into an answer', async () => {
    await fc.assert(
      fc.asyncProperty(forms(), async (form) => {
        passed += 61_000;
        const [begun, before] = [
          theirs.requests.length,
          [broker.received.length, thief.received.length] as const,
        ];
        const response = await admin('/eztcloud/test', form);
        const answer = await response.text();
        should(response.status).be.oneOf(200, 400);
        const asked = theirs.requests.slice(begun);
        const basic = asked.map((request) =>
          Buffer.from(/^Proxy-Authorization: Basic (\S+)/im.exec(request)?.[1] ?? '', 'base64').toString(),
        );
        const got = [answer.replaceAll(STORED.key, ''), ...seen(thief, before[1]), ...asked, ...basic];
        // What passes their proxy is as good as theirs: TLS may be one without verification.
        if (asked.length > 0) got.push(...seen(broker, before[0]));
        for (const secret of Object.values(STORED)) should(got.join('\n')).not.containEql(secret);
      }),
      { numRuns: 120 },
    );
  });
});
