import type { Socket } from 'node:net';
import should from 'should';
import { stepsAfter } from '../../../cloud';
import type { ConnectionTestOptions } from '../../../cloud/transport/connection-test-steps';
import { parseProxy } from '../../../cloud/transport/proxy';
import { until } from '../../support/events';
import { type HttpProxyServer, startHttpProxy } from '../../support/http-proxy';
import { needs } from '../../support/machine';
import { startMosquitto } from '../../support/mosquitto';
import { freePort } from '../../support/ports';
import { runTest, shouldFail, startsBrokers } from './connection-tests';

const THROUGH = ['proxy', 'tls', 'credentials', 'subscription'] as const;
const SECRET = 'secret-of-the-proxy';

describe('transport: testing a connection through a proxy', () => {
  const start = startsBrokers();
  let server: HttpProxyServer;
  beforeEach(async () => {
    server = await startHttpProxy({ credentials: `user:${SECRET}` });
  });
  afterEach(async () => {
    await until(() => server.open === 0, 2000, 'the proxy to have no socket left');
    await server.stop();
  });
  const proxy = (password = SECRET) => parseProxy(server.url, { username: 'user', password });

  for (const transport of ['mqtts', 'wss'] as const) {
    it(`${transport}: the proxy is a step of its own, in place of name and network`, async () => {
      const broker = await start({ transport });
      const steps = await runTest(broker, { proxy: proxy() });
      steps.map(({ step, ok }) => [step, ok]).should.deepEqual(THROUGH.map((step) => [step, true]));
      should(steps[0]?.detail).equal(`${server.url} → 127.0.0.1:${broker.port}`);
      JSON.stringify(steps).should.not.containEql(SECRET);
      server.requests.length.should.equal(2);
    });

    it(`${transport}: a certificate that is refused is fetched through the proxy, too`, async () => {
      const { endpoint, port } = await start({ transport });
      const steps = await runTest({ endpoint, ca: '' }, { proxy: proxy() });
      should(steps.at(-1)).containEql({ step: 'tls', ok: false, reason: 'untrusted' });
      should(steps.at(-1)?.certificate).have.properties({ issuer: 'scripted broker' });
      server.requests.every((request) => request.startsWith(`CONNECT 127.0.0.1:${port} `)).should.be.true();
    });
  }

  const failures: [
    what: string,
    reason: string,
    fact: string | undefined,
    change: () => Partial<ConnectionTestOptions> | Promise<Partial<ConnectionTestOptions>>,
  ][] = [
    ['a wrong password', 'proxyCredentials', 'HTTP 407', () => ({ proxy: proxy('wrong') })],
    [
      'a refused CONNECT',
      'proxyRefused',
      'HTTP 403',
      () => {
        server.misbehave = (socket) => socket.write('HTTP/1.1 403 No\r\n\r\n');
        return { proxy: proxy() };
      },
    ],
    [
      'one that hangs',
      'proxyTimeout',
      undefined,
      () => {
        server.misbehave = () => undefined;
        return { proxy: proxy(), timeout: 400 };
      },
    ],
    [
      'a closed port',
      'proxyUnreachable',
      'ECONNREFUSED',
      async () => ({
        proxy: parseProxy(`http://127.0.0.1:${await freePort()}`),
      }),
    ],
  ];
  for (const [what, reason, fact, change] of failures) {
    it(`${what} fails at the proxy: ${reason}`, async () => {
      const broker = await start();
      const options = await change();
      const steps = await runTest(broker, options);
      steps.length.should.equal(1);
      should(steps[0]).containEql({ step: 'proxy', ok: false, reason });
      should(steps[0]?.fact).equal(fact);
      JSON.stringify(steps).should.not.containEql(SECRET);
      broker.sockets.total.should.equal(0);
      stepsAfter({ ...options } as ConnectionTestOptions, steps).should.deepEqual(THROUGH.slice(1));
    });
  }

  for (const [what, reason, then] of [
    ['says nothing', 'timeout', () => undefined],
    ['hangs up', 'lost', (socket: Socket) => socket.end()],
    ['breaks off', 'lost', (socket: Socket) => socket.resetAndDestroy()],
  ] as const) {
    it(`one that opens the connection and then ${what} fails at TLS, and nothing is left`, async () => {
      server.misbehave = (socket) => socket.write('HTTP/1.1 200 OK\r\n\r\n', () => then(socket));
      const steps = await runTest(
        { endpoint: 'mqtts://broker.invalid:7885', ca: '' },
        { proxy: proxy(), timeout: 1_500 },
      );
      should(steps.map(({ step }) => step)).deepEqual(['proxy', 'tls']);
      should(steps[1]).containEql({ ok: false, reason });
    });
  }

  it('a name that only the proxy knows is never looked up here', async () => {
    const endpoint = 'mqtts://broker.invalid:7885';
    const steps = await runTest({ endpoint, ca: '' }, { proxy: proxy() });
    should(steps[0]).containEql({ step: 'proxy', reason: 'proxyUpstream', fact: 'HTTP 502' });
  });
});

describe('transport: testing a connection, what a person is told', () => {
  const start = startsBrokers();

  it('of the certificate, whether it is trusted or not', async () => {
    const broker = await start({ certificate: { names: ['elsewhere.example', '10.0.0.1'] } });
    for (const ca of [broker.ca, '']) {
      const { certificate, reason } = (await runTest({ endpoint: broker.endpoint, ca })).at(-1) ?? {};
      should(reason).equal(ca === '' ? 'untrusted' : 'hostname');
      should(certificate).containEql({ subject: 'elsewhere.example', issuer: 'scripted broker' });
      should(certificate?.names).deepEqual(['elsewhere.example', '10.0.0.1']);
      should(certificate?.validTo).match(/^\d{4}-\d\d-\d\d$/);
    }
    broker.received.should.be.empty();
    const trusted = await start();
    const steps = await runTest(trusted);
    should(steps[2]).have.property('certificate');
    should(steps[2]?.fact).match(/^TLSv1\.[23]$/);
  });

  it('in words that are the same in every language: addresses, codes, what the broker says', async () => {
    const broker = await start({
      on: { connect: (_packet, it) => it.connack(0x88, { reasonString: 'nachts geschlossen' }) },
    });
    const steps = await runTest(broker, { protocol: '5' });
    steps
      .map(({ fact }) => fact)
      .should.deepEqual([
        '127.0.0.1',
        `127.0.0.1:${broker.port}`,
        steps[2]?.fact,
        '0x88: nachts geschlossen',
      ]);
    const closed = await runTest({ endpoint: `mqtts://127.0.0.1:${await freePort()}`, ca: '' });
    should(closed[1]?.fact).equal('ECONNREFUSED');
  });

  for (const port of [8883, 8885]) {
    it(`the port of devices, ${port}, where key and secret are refused`, async function () {
      needs(this, 'linux'); // any address of the loopback will do, so that nobody else has this port
      const byte = () => 1 + Math.floor(254 * Math.random());
      const host = `127.${byte()}.${byte()}.${byte()}`;
      const broker = await start({
        host,
        port,
        certificate: { names: [host] },
        on: { connect: (_packet, it) => it.connack(0x87) },
      });
      shouldFail(
        await runTest({ endpoint: `mqtts://${host}:${port}`, ca: broker.ca }),
        'credentials',
        'devicePort',
      );
    });
  }

  for (const transport of ['mqtts', 'wss'] as const) {
    it(`the other protocol on any port: ${transport}`, async () => {
      const broker = await start({ transport: transport === 'mqtts' ? 'wss' : 'mqtts' });
      const endpoint = `${transport}://127.0.0.1:${broker.port}`;
      shouldFail(await runTest({ endpoint, ca: broker.ca }), 'credentials', 'swappedPort');
    });
  }

  it('a port of MQTT without TLS, for mqtts and wss; nothing secret is sent to it', async function () {
    needs(this, 'mosquitto');
    const mosquitto = await startMosquitto();
    for (const scheme of ['mqtts', 'wss']) {
      const endpoint = `${scheme}://127.0.0.1:${mosquitto.ports.platform}`;
      shouldFail(await runTest({ endpoint, ca: '' }), 'tls', 'plainPort');
    }
    mosquitto.log.some((line) => line.includes('PR_laboratory')).should.be.false();
    await mosquitto.stop();
  });
});
