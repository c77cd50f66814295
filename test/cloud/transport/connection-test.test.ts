import { execFile } from 'node:child_process';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import should from 'should';
import { type ProbeStep, parseEndpoint, probeConnection } from '../../../cloud';
import type { ProbeOptions } from '../../../cloud/transport/connection-test-steps';
import { createAuthority } from '../../../emulator/certificates';
import { until, within } from '../../support/events';
import { find, needs } from '../../support/machine';
import { startMosquitto } from '../../support/mosquitto';
import { freePort } from '../../support/ports';
import {
  type ScriptedBroker,
  type ScriptedBrokerOptions,
  startScriptedBroker,
} from '../../support/scripted-broker';
import { type Broker, KEY } from './harness';

const SECRET = 'a-secret-that-nobody-may-see';
const ALL = ['name', 'tcp', 'tls', 'credentials', 'subscription'];

describe('transport: testing a connection', () => {
  const brokers: ScriptedBroker[] = [];
  async function start(options: ScriptedBrokerOptions = {}) {
    const broker = await startScriptedBroker(options);
    brokers.push(broker);
    return broker;
  }
  afterEach(async () => {
    for (const broker of brokers) await until(() => broker.sockets.open === 0, 1000, 'the sockets to close');
    await Promise.all(brokers.splice(0).map((broker) => broker.stop()));
  });

  async function probe(
    { endpoint, ca }: Broker,
    overrides: Partial<ProbeOptions> = {},
  ): Promise<ProbeStep[]> {
    const timeout = overrides.timeout ?? 5000;
    const steps = await within(
      probeConnection({
        endpoint: parseEndpoint(endpoint),
        projectKey: KEY,
        projectSecret: SECRET,
        tls: { ca },
        protocol: 'auto',
        group: '',
        clientId: 'probe',
        timeout,
        ...overrides,
      }),
      timeout + 1000,
      'the test to end',
    );
    JSON.stringify(steps).should.not.containEql(SECRET);
    for (const { ms, detail, ok, reason } of steps) {
      ms.should.be.within(0, timeout + 500);
      detail.length.should.be.within(1, 200);
      (reason === undefined).should.equal(ok);
    }
    return steps;
  }
  /** All steps before the last one are fine, and that one fails for this reason. */
  function shouldFail(steps: ProbeStep[], step: ProbeStep['step'], reason: NonNullable<ProbeStep['reason']>) {
    steps.map((each) => each.step).should.deepEqual(ALL.slice(0, ALL.indexOf(step) + 1));
    steps
      .slice(0, -1)
      .every(({ ok }) => ok)
      .should.be.true();
    should(steps.at(-1)).have.properties({ step, ok: false, reason });
  }

  for (const transport of ['mqtts', 'wss'] as const) {
    it(`${transport}: every step succeeds, and nothing stays open`, async () => {
      const broker = await start({ transport });
      const steps = await probe(broker);
      steps.map(({ step, ok }) => [step, ok]).should.deepEqual(ALL.map((step) => [step, true]));
      should(steps[2]?.detail).match(/^TLSv1\.[23], issuer scripted broker, valid to /);
      should(steps[3]?.detail).equal('MQTT 5');
      should(steps[4]?.detail).equal('6 of 6');
      broker.packets('disconnect').length.should.equal(1);
    });

    const certificates: [string, ScriptedBrokerOptions, NonNullable<ProbeStep['reason']>][] = [
      ['expired', { certificate: { notAfter: new Date(Date.now() - 60_000) } }, 'expired'],
      [
        'not valid yet',
        {
          certificate: {
            notBefore: new Date(Date.now() + 3_600_000),
            notAfter: new Date(Date.now() + 7_200_000),
          },
        },
        'notYetValid',
      ],
      ['for another host', { certificate: { names: ['elsewhere.example'] } }, 'hostname'],
    ];
    for (const [what, options, reason] of certificates) {
      it(`${transport}: a certificate ${what} fails at TLS, no credentials are sent`, async () => {
        const broker = await start({ transport, ...options });
        shouldFail(await probe(broker), 'tls', reason);
        broker.received.should.be.empty();
      });
    }

    it(`${transport}: an unknown authority fails at TLS`, async () => {
      const { endpoint } = await start({ transport });
      shouldFail(await probe({ endpoint, ca: '' }), 'tls', 'untrusted');
    });

    it(`${transport}: an unknown authority fails at TLS whatever NODE_TLS_REJECT_UNAUTHORIZED says`, async () => {
      const { endpoint } = await start({ transport });
      const env = {
        ...process.env,
        NODE_TLS_REJECT_UNAUTHORIZED: '0',
        CHILD: JSON.stringify({ endpoint, ca: '' }),
      };
      const { stdout } = await promisify(execFile)(process.execPath, [join(__dirname, 'probe-child.js')], {
        env,
      });
      shouldFail(JSON.parse(stdout), 'tls', 'untrusted');
    });

    it(`${transport}: to the port of the other transport fails at the credentials, and both ports are named`, async () => {
      // Any address of the loopback will do on Linux, so that nobody else has this port.
      const byte = () => 1 + Math.floor(254 * Math.random());
      const host = find('linux') ? `127.${byte()}.${byte()}.${byte()}` : '127.0.0.1';
      const other = transport === 'mqtts' ? 'wss' : 'mqtts';
      const port = transport === 'mqtts' ? 7886 : 7885;
      const { ca } = await start({ transport: other, host, port, certificate: { names: [host] } });
      const steps = await probe({ endpoint: `${transport}://${host}:${port}`, ca });
      shouldFail(steps, 'credentials', 'swappedPort');
      should(steps.at(-1)?.detail).match(/7885/).and.match(/7886/);
    });
  }

  it('a client certificate that Node cannot read fails at TLS', async () => {
    const broker = await start();
    shouldFail(await probe(broker, { tls: { ca: broker.ca, cert: 'no PEM', key: 'no PEM' } }), 'tls', 'tls');
  });

  it('a host without an address fails at the name', async () => {
    shouldFail(
      await probe({ endpoint: 'mqtts://no-such-host.invalid', ca: '' }, { timeout: 15_000 }),
      'name',
      'dns',
    );
  });

  it('a closed port fails at TCP', async () => {
    const endpoint = `mqtts://localhost:${await freePort()}`;
    shouldFail(await probe({ endpoint, ca: '' }), 'tcp', 'portClosed');
  });

  it('a server that is silent, or speaks no TLS, fails at TLS, in time', async () => {
    for (const [greeting, reason] of [
      ['', 'timeout'],
      ['HTTP/1.1 400 Bad Request\r\n\r\n', 'tls'],
    ] as const) {
      const sockets = new Set<Socket>();
      const server = createServer((socket) => {
        sockets.add(socket);
        socket.resume().on('error', () => socket.destroy());
        socket.on('close', () => sockets.delete(socket));
        if (greeting !== '') socket.write(greeting);
      });
      const port = await freePort();
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
      shouldFail(
        await probe({ endpoint: `mqtts://127.0.0.1:${port}`, ca: '' }, { timeout: 300 }),
        'tls',
        reason,
      );
      await until(() => sockets.size === 0, 1000, 'the socket to close');
      await new Promise((resolve) => server.close(resolve));
    }
  });

  for (const [code, reason] of [
    [0x86, 'credentials'],
    [0x87, 'unauthorized'],
    [0x8a, 'banned'],
    [0x88, 'busy'],
  ] as const) {
    it(`CONNACK 0x${code.toString(16)} fails at the credentials: ${reason}`, async () => {
      const broker = await start({ on: { connect: (_packet, connection) => connection.connack(code) } });
      shouldFail(await probe(broker), 'credentials', reason);
      broker.packets('connect').length.should.equal(1);
    });
  }

  it('a broker that never answers CONNECT fails at the credentials, in time', async () => {
    const broker = await start({ on: { connect: () => undefined } });
    shouldFail(await probe(broker, { timeout: 500 }), 'credentials', 'timeout');
  });

  it('an upgrade that is refused fails at the credentials and is named', async () => {
    const broker = await start({ transport: 'wss', refuseUpgrade: 403 });
    const steps = await probe(broker);
    shouldFail(steps, 'credentials', 'upgrade');
    should(steps.at(-1)?.detail).match(/403/);
  });

  for (const [how, refuse] of [
    ['with CONNACK 0x84', (connection: ScriptedBroker['current']) => connection.connack(0x84)],
    ['by hanging up', (connection: ScriptedBroker['current']) => connection.destroy()],
  ] as const) {
    it(`a broker that refuses MQTT 5 ${how} is tried with 3.1.1, unless 5 is asked for`, async () => {
      const broker = await start({
        on: {
          connect: (packet, connection) =>
            packet.protocolVersion === 5 ? refuse(connection) : connection.answer(packet),
        },
      });
      const steps = await probe(broker);
      should(steps[3]).have.properties({ ok: true, detail: 'MQTT 3.1.1' });
      should(steps[4]?.ok).be.true();
      should((await probe(broker, { protocol: '5' })).at(-1)).have.properties({
        step: 'credentials',
        ok: false,
      });
    });
  }

  it('filters that are refused fail at the subscription, by name and code', async () => {
    const broker = await start({
      on: {
        subscribe: ({ messageId = 0, subscriptions }, connection) => {
          const granted = subscriptions.map(({ topic }) => (topic.endsWith('alarm') ? 0x87 : 0));
          connection.send({ cmd: 'suback', messageId, granted });
        },
      },
    });
    const steps = await probe(broker);
    shouldFail(steps, 'subscription', 'subscription');
    should(steps.at(-1)?.detail).equal(`0x87 open/${KEY}/+/alarm`);
  });

  for (const [code, reason] of [
    [0x97, 'quota'],
    [0x9e, 'noShared'],
    [0xa2, 'noWildcards'],
    [0x80, 'subscription'],
  ] as const) {
    it(`SUBACK 0x${code.toString(16)} fails at the subscription: ${reason}`, async () => {
      const broker = await start({
        on: {
          subscribe: ({ messageId = 0, subscriptions }, connection) =>
            connection.send({ cmd: 'suback', messageId, granted: subscriptions.map(() => code) }),
        },
      });
      shouldFail(await probe(broker), 'subscription', reason);
    });
  }

  for (const [flag, group, reason] of [
    ['sharedSubscriptionAvailable', 'g', 'noShared'],
    ['wildcardSubscriptionAvailable', '', 'noWildcards'],
    ['wildcardSubscriptionAvailable', 'g', 'noWildcards'],
  ] as const) {
    it(`CONNACK with ${flag} 0 fails at the subscription${group && ' of a group'}: ${reason}`, async () => {
      const broker = await start({
        on: { connect: (_packet, connection) => connection.connack(0, { [flag]: false }) },
      });
      shouldFail(await probe(broker, { group, protocol: '5' }), 'subscription', reason);
      broker.packets('subscribe').should.be.empty();
    });
  }

  it('shared subscriptions that are unavailable do not matter without a group', async () => {
    const broker = await start({
      on: { connect: (_packet, it) => it.connack(0, { sharedSubscriptionAvailable: false }) },
    });
    should((await probe(broker)).at(-1)).have.properties({ step: 'subscription', ok: true });
  });

  it('with a group, shared filters are tested, and its members lose no message to the test', async () => {
    const broker = await start({
      on: {
        subscribe: ({ messageId = 0, subscriptions }, connection) => {
          const granted = subscriptions.map(({ topic }) => (topic.startsWith('$share/') ? 0x9e : 0));
          connection.send({ cmd: 'suback', messageId, granted });
        },
      },
    });
    shouldFail(await probe(broker, { group: 'g', protocol: '5' }), 'subscription', 'noShared');
    const filters = broker.packets('subscribe').flatMap(({ subscriptions }) => subscriptions);
    filters.length.should.equal(6);
    for (const { topic } of filters) {
      topic.should.match(/^\$share\/g[^/]+\/open\/PR_laboratory\/\+\//);
    }
  });

  it('a test that is given up ends at once, whatever it waits for', async () => {
    const waits: [ScriptedBrokerOptions['on'], 'connect' | 'subscribe'][] = [
      [{ connect: () => undefined }, 'connect'],
      [{ subscribe: () => undefined }, 'subscribe'],
    ];
    for (const [on, packet] of waits) {
      const broker = await start({ ...(on && { on }) });
      const dialog = new AbortController();
      const steps = probe(broker, { timeout: 60_000, signal: dialog.signal });
      await broker.packet(packet);
      dialog.abort();
      should((await within(steps, 2000, 'the test to end')).at(-1)).have.properties({
        ok: false,
        reason: 'lost',
      });
    }
    const broker = await start();
    shouldFail(await probe(broker, { signal: AbortSignal.abort() }), 'name', 'lost');
    broker.sockets.total.should.equal(0);
  });

  it('names in certificates cannot forge lines nor steer a terminal', async () => {
    const authority = await createAuthority('CA\r\n[error] forged \u001b[31m');
    const broker = await start({ authority });
    const [, , tls] = await probe(broker);
    should(tls?.ok).be.true();
    should(tls?.detail).containEql('CA\\u000d\\u000a[error] forged \\u001b[31m');
    const other = await start({ certificate: { names: ['elsewhere.example'], commonName: 'x\nforged' } });
    should((await probe(other)).at(-1)?.detail).not.match(/\p{Cc}/u);
  });

  it('a broker that never answers SUBSCRIBE, or hangs up on it, fails at the subscription, in time', async () => {
    const broker = await start({ on: { subscribe: () => undefined } });
    shouldFail(await probe(broker, { timeout: 500 }), 'subscription', 'timeout');
    broker.on.subscribe = (_packet, connection) => connection.destroy();
    shouldFail(await probe(broker), 'subscription', 'lost');
  });

  it('mosquitto: right and wrong secret', async function () {
    needs(this, 'mosquitto', 'linux');
    const mosquitto = await startMosquitto({ secret: SECRET });
    for (const { endpoint } of [mosquitto, { endpoint: mosquitto.wssEndpoint }]) {
      (await probe({ endpoint, ca: mosquitto.ca })).every(({ ok }) => ok).should.be.true();
      const wrong = await probe({ endpoint, ca: mosquitto.ca }, { projectSecret: 'wrong' });
      shouldFail(wrong, 'credentials', 'unauthorized');
    }
    await until(() => mosquitto.connections() === 0, 1000, 'the sockets to close');
    await mosquitto.stop();
  });
});
