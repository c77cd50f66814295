import { type AddressInfo, connect, createServer } from 'node:net';
import should from 'should';
import { parseEndpoint } from '../../../cloud';
import type { Trouble } from '../../../cloud/transport/reason-codes';
import { createAuthority } from '../../../emulator/certificates';
import { until } from '../../support/events';
import {
  type ScriptedBroker,
  type ScriptedBrokerOptions,
  startScriptedBroker,
} from '../../support/scripted-broker';
import { startChild } from './children';
import { closeAll, connected, dial, open, refused } from './harness';

const EXPIRED = { notBefore: new Date(Date.now() - 120_000), notAfter: new Date(Date.now() - 60_000) };
const EARLY = { notBefore: new Date(Date.now() + 3_600_000), notAfter: new Date(Date.now() + 7_200_000) };
const OLD = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' } as const;

describe('transport: TLS', () => {
  const brokers: ScriptedBroker[] = [];
  async function start(options: ScriptedBrokerOptions): Promise<ScriptedBroker> {
    const broker = await startScriptedBroker(options);
    brokers.push(broker);
    return broker;
  }
  afterEach(async () => {
    await closeAll();
    await Promise.all(brokers.splice(0).map((broker) => broker.stop()));
  });

  const unfit: [string, ScriptedBrokerOptions, Trouble][] = [
    ['an expired certificate (case 5)', { certificate: EXPIRED }, 'expired'],
    [
      'a certificate for another host (case 6)',
      { certificate: { names: ['elsewhere.example'] } },
      'hostname',
    ],
    ['TLS 1.1 only (case 8)', { tls: OLD }, 'tls'],
  ];
  for (const transport of ['mqtts', 'wss'] as const) {
    for (const [what, options, trouble] of unfit) {
      it(`${transport}: ${what} is refused, named, and gets no credentials`, async () => {
        const broker = await start({ transport, ...options });
        const it = open(broker);
        (await refused(it)).trouble.should.equal(trouble);
        it.retries.should.deepEqual([{ attempt: 1, slow: true }]);
        broker.connections.should.be.empty();
        await until(() => broker.sockets.open === 0, 2000, 'the socket to close');
        broker.sockets.total.should.equal(1);
      });
    }

    it(`${transport}: an unknown authority is refused and named (case 7)`, async () => {
      const broker = await start({ transport });
      for (const ca of [(await createAuthority('another')).ca, '']) {
        const it = open({ endpoint: broker.endpoint, ca });
        (await refused(it)).trouble.should.equal('untrusted');
        it.retries.should.deepEqual([{ attempt: 1, slow: true }]);
      }
      broker.connections.should.be.empty();
    });

    it(`${transport}: a certificate that is not valid yet is refused, named with the clock, and soon tried again`, async () => {
      const broker = await start({ transport, certificate: EARLY });
      const it = open(broker);
      const { trouble, detail } = await refused(it);
      trouble.should.equal('notYetValid');
      detail.should.match(/clock of this machine/);
      await until(() => it.retries.length >= 3, 5000, 'the next attempts');
      it.retries.some(({ slow }) => slow).should.be.false();
      broker.connections.should.be.empty();
    });

    it(`${transport}: NODE_TLS_REJECT_UNAUTHORIZED=0 does not switch verification off`, async () => {
      const broker = await start({ transport });
      const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };
      const child = startChild({ endpoint: broker.endpoint, ca: '' }, 30, env);
      await until(() => child.states.length > 0, 10_000, 'the refusal');
      should(child.states[0]).equal('waiting');
      child.process.kill('SIGKILL');
      broker.connections.should.be.empty();
    });

    it(`${transport}: the server name of the TLS options decides, not the host (case 6)`, async () => {
      const certificate = { names: ['elsewhere.example'] };
      const broker = await start({ transport, certificate });
      const { client } = open(broker, { tls: { ca: broker.ca, servername: 'elsewhere.example' } });
      await until(() => connected(client), 5000, 'the connection');
    });

    it(`${transport}: certificates are not verified only where the TLS options say so (case 7)`, async () => {
      const broker = await start({ transport, certificate: EXPIRED });
      const { client } = open({ endpoint: broker.endpoint, ca: '' }, { tls: { rejectUnauthorized: false } });
      await until(() => connected(client), 5000, 'the connection');
    });

    it(`${transport}: a server that wants a client certificate is named, and content with one`, async () => {
      const authority = await createAuthority('both');
      const broker = await start({
        transport,
        authority,
        tls: { requestCert: true, rejectUnauthorized: true, ca: authority.ca },
      });
      (await refused(open(broker))).trouble.should.equal('clientCertificate');
      const { cert, key } = await authority.issue({ client: true, names: ['gateway'] });
      const { client } = open(broker, { tls: { ca: broker.ca, cert, key } });
      await until(() => connected(client), 5000, 'the connection');
    });

    it(`${transport}: TLS options that Node cannot read are a refusal, not an exception`, async () => {
      const broker = await start({ transport });
      const it = open(broker, { tls: { ca: broker.ca, cert: 'no PEM', key: 'no PEM' } });
      (await refused(it)).trouble.should.equal('tls');
      broker.connections.should.be.empty();
    });

    it(`${transport}: an IPv6 address is reached`, async () => {
      const broker = await start({ transport });
      const server = await relay(broker.port);
      const { client } = open({ endpoint: `${transport}://[::1]:${server.port}`, ca: broker.ca });
      await until(() => connected(client), 5000, 'the connection');
      await closeAll();
      await server.stop();
    });
  }

  for (const scheme of ['mqtt', 'ws', 'tcp', 'http']) {
    it(`${scheme}:// is refused before a socket is opened, and the TLS form is named (case 9)`, async () => {
      const broker = await start({});
      const plain = broker.endpoint.replace('mqtts', scheme);
      should(() => open({ endpoint: plain, ca: broker.ca })).throw(/(mqtts|wss):\/\/…:788[56]/);
      should(() => parseEndpoint(plain)).throw({ code: 'EZT_CONFIG' });
      broker.sockets.total.should.equal(0);
    });
  }

  for (const status of [403, 401, 404, 502]) {
    it(`HTTP ${status} on the WebSocket upgrade is named (case 10)`, async () => {
      const broker = await start({ transport: 'wss', refuseUpgrade: status });
      const line = dial(broker);
      await until(() => line.closed.length > 0, 2000, 'the refusal');
      line.closed.should.deepEqual([
        { trouble: 'upgrade', detail: `WebSocket upgrade answered HTTP ${status}` },
      ]);
    });
  }
});

/** Listens on ::1 for a server that listens on 127.0.0.1. */
async function relay(port: number) {
  const server = createServer((socket) => {
    const upstream = connect({ port, host: '127.0.0.1' });
    socket.pipe(upstream).pipe(socket);
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      one.on('error', () => one.destroy()).on('close', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '::1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}
