import { execFile } from 'node:child_process';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import should from 'should';
import type { ConnectionTestStep } from '../../../cloud';
import { createAuthority } from '../../../emulator/certificates';
import { until, within } from '../../support/events';
import { find, needs } from '../../support/machine';
import { startMosquitto } from '../../support/mosquitto';
import { freePort } from '../../support/ports';
import type { ScriptedBrokerOptions } from '../../support/scripted-broker';
import { ALL, runTest, SECRET, shouldFail, startsBrokers } from './connection-tests';

describe('transport: testing a connection', () => {
  const start = startsBrokers();

  for (const transport of ['mqtts', 'wss'] as const) {
    it(`${transport}: every step succeeds, and nothing stays open`, async () => {
      const broker = await start({ transport });
      const steps = await runTest(broker);
      steps.map(({ step, ok }) => [step, ok]).should.deepEqual(ALL.map((step) => [step, true]));
      should(steps[2]?.detail).match(/^TLSv1\.[23], issuer scripted broker, valid to \d{4}-\d\d-\d\d$/);
      should(steps[3]?.detail).equal('MQTT 5');
      should(steps[4]?.detail).equal('6/6');
      broker.packets('disconnect').length.should.equal(1);
    });

    const certificates: [string, ScriptedBrokerOptions, NonNullable<ConnectionTestStep['reason']>][] = [
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
        shouldFail(await runTest(broker), 'tls', reason);
        broker.received.should.be.empty();
      });
    }

    it(`${transport}: an unknown authority fails at TLS`, async () => {
      const { endpoint } = await start({ transport });
      shouldFail(await runTest({ endpoint, ca: '' }), 'tls', 'untrusted');
    });

    it(`${transport}: an unknown authority fails at TLS whatever NODE_TLS_REJECT_UNAUTHORIZED says`, async () => {
      const { endpoint } = await start({ transport });
      const env = {
        ...process.env,
        NODE_TLS_REJECT_UNAUTHORIZED: '0',
        CHILD: JSON.stringify({ endpoint, ca: '' }),
      };
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [join(__dirname, 'connection-test-child.js')],
        {
          env,
        },
      );
      shouldFail(JSON.parse(stdout), 'tls', 'untrusted');
    });

    it(`${transport}: to the port of the other transport fails at the credentials, and both ports are named`, async () => {
      // Any address of the loopback will do on Linux, so that nobody else has this port.
      const byte = () => 1 + Math.floor(254 * Math.random());
      const host = find('linux') ? `127.${byte()}.${byte()}.${byte()}` : '127.0.0.1';
      const other = transport === 'mqtts' ? 'wss' : 'mqtts';
      const port = transport === 'mqtts' ? 7886 : 7885;
      const at = { host, port, certificate: { names: [host] } };
      const endpoint = `${transport}://${host}:${port}`;
      const broker = await start({ transport: other, ...at });
      const steps = await runTest({ endpoint, ca: broker.ca });
      shouldFail(steps, 'credentials', 'swappedPort');
      should(steps.at(-1)?.detail).match(/7885/).and.match(/7886/);
      await broker.stop();
      // One that says nothing to what it does not understand.
      const { ca } = await start({ transport, ...at, on: { connect: () => undefined } });
      shouldFail(await runTest({ endpoint, ca }, { timeout: 500 }), 'credentials', 'swappedPort');
    });
  }

  it('a client certificate that Node cannot read fails at TLS', async () => {
    const broker = await start();
    shouldFail(
      await runTest(broker, { tls: { ca: broker.ca, cert: 'no PEM', key: 'no PEM' } }),
      'tls',
      'tls',
    );
  });

  it('a host without an address fails at the name', async () => {
    shouldFail(
      await runTest({ endpoint: 'mqtts://no-such-host.invalid', ca: '' }, { timeout: 15_000 }),
      'name',
      'dns',
    );
  });

  it('a closed port fails at TCP', async () => {
    const endpoint = `mqtts://localhost:${await freePort()}`;
    shouldFail(await runTest({ endpoint, ca: '' }), 'tcp', 'portClosed');
  });

  it('a server that is silent, or speaks no TLS, fails at TLS, in time', async () => {
    for (const [greeting, reason] of [
      ['', 'timeout'],
      ['HTTP/1.1 400 Bad Request\r\n\r\n', 'plainPort'],
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
        await runTest({ endpoint: `mqtts://127.0.0.1:${port}`, ca: '' }, { timeout: 300 }),
        'tls',
        reason,
      );
      await until(() => sockets.size === 0, 1000, 'the socket to close');
      await new Promise((resolve) => server.close(resolve));
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
      const steps = runTest(broker, { timeout: 60_000, signal: dialog.signal });
      await broker.packet(packet);
      dialog.abort();
      should((await within(steps, 2000, 'the test to end')).at(-1)).have.properties({
        ok: false,
        reason: 'lost',
      });
    }
    const broker = await start();
    shouldFail(await runTest(broker, { signal: AbortSignal.abort() }), 'name', 'lost');
    broker.sockets.total.should.equal(0);
  });

  it('names in certificates cannot forge lines nor steer a terminal', async () => {
    const authority = await createAuthority('CA\r\n[error] forged \u001b[31m');
    const broker = await start({ authority });
    const [, , tls] = await runTest(broker);
    should(tls?.ok).be.true();
    should(tls?.detail).containEql('CA\\u000d\\u000a[error] forged \\u001b[31m');
    const other = await start({ certificate: { names: ['elsewhere.example'], commonName: 'x\nforged' } });
    should((await runTest(other)).at(-1)?.detail).not.match(/\p{Cc}/u);
  });

  it('mosquitto: right and wrong secret', async function () {
    needs(this, 'mosquitto', 'linux');
    const mosquitto = await startMosquitto({ secret: SECRET });
    for (const { endpoint } of [mosquitto, { endpoint: mosquitto.wssEndpoint }]) {
      (await runTest({ endpoint, ca: mosquitto.ca })).every(({ ok }) => ok).should.be.true();
      const wrong = await runTest({ endpoint, ca: mosquitto.ca }, { projectSecret: 'wrong' });
      shouldFail(wrong, 'credentials', 'unauthorized');
    }
    await until(() => mosquitto.connections() === 0, 1000, 'the sockets to close');
    await mosquitto.stop();
  });
});
