import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { parseProxy } from '../../../cloud/transport/proxy';
import { createAuthority } from '../../../emulator/certificates';
import { temporaryDirectory } from '../../support/cleanup';
import { until } from '../../support/events';
import { type HttpProxyOptions, type HttpProxyServer, startHttpProxy } from '../../support/http-proxy';
import {
  type ScriptedBroker,
  type ScriptedBrokerOptions,
  startScriptedBroker,
} from '../../support/scripted-broker';
import { startChild } from './children';
import {
  attributesOf,
  closeAll,
  connected,
  DEVICE,
  numbers,
  open,
  openConnected,
  recordingListener,
  refused,
  upTo,
  waiting,
} from './harness';

describe('transport: through a proxy', () => {
  const brokers: ScriptedBroker[] = [];
  const proxies: HttpProxyServer[] = [];
  async function start(options: ScriptedBrokerOptions = {}) {
    const broker = await startScriptedBroker(options);
    brokers.push(broker);
    return broker;
  }
  async function through(options: HttpProxyOptions = {}, userinfo = '') {
    const server = await startHttpProxy(options);
    proxies.push(server);
    return { server, proxy: parseProxy(server.url.replace('://', `://${userinfo}`)) };
  }
  afterEach(async () => {
    await closeAll();
    for (const each of proxies) await until(() => each.open === 0, 2000, 'the proxy to have no socket left');
    await Promise.all([...brokers.splice(0), ...proxies.splice(0)].map((each) => each.stop()));
  });

  for (const transport of ['mqtts', 'wss'] as const) {
    describe(transport, () => {
      it('connects, and messages go both ways, large ones and many', async () => {
        const broker = await start({ transport });
        const { server, proxy } = await through();
        const listener = recordingListener();
        const { client } = await openConnected(broker, { proxy });
        client.listen(listener);
        await broker.packet('subscribe');
        for (const n of upTo(2000)) {
          const payload = JSON.stringify({ n, fill: n === 1000 ? 'x'.repeat(500_000) : '' });
          broker.current.send({
            cmd: 'publish',
            topic: attributesOf(),
            payload,
            qos: 0,
            dup: false,
            retain: false,
          });
        }
        await until(() => listener.messages.length === 2000, 10_000, 'the messages');
        numbers(listener).should.deepEqual(upTo(2000));
        await client.user().push([DEVICE], Buffer.from(JSON.stringify({ a: 'y'.repeat(300_000) })), 1);
        should(broker.packets('publish').at(-1)?.payload.length).be.above(300_000);
        should(server.requests).deepEqual([
          `CONNECT 127.0.0.1:${broker.port} HTTP/1.1\r\nHost: 127.0.0.1:${broker.port}\r\n\r\n`,
        ]);
      });

      it('the proxy looks the name up, and the certificate is verified for that name', async () => {
        const certificate = { names: ['broker.invalid'] };
        const broker = await start({ transport, certificate });
        const { server, proxy } = await through({ hosts: { 'broker.invalid': '127.0.0.1' } });
        const named = { endpoint: `${transport}://broker.invalid:${broker.port}`, ca: broker.ca };
        await openConnected(named, { proxy });
        should(server.requests[0]).startWith(`CONNECT broker.invalid:${broker.port} HTTP/1.1\r\n`);
        // The proxy's own address is in no certificate of the broker, and the broker's is not in this one.
        (await refused(open(broker, { proxy }))).trouble.should.equal('hostname');
        (await refused(open({ ...named, ca: '' }, { proxy }))).trouble.should.equal('untrusted');
      });

      it('credentials are sent as Basic, UTF-8; wrong ones are named and tried again slowly', async () => {
        const broker = await start({ transport });
        const { server, proxy } = await through({ credentials: 'jörg:p@ss:w' }, 'j%C3%B6rg:p%40ss%3Aw@');
        await openConnected(broker, { proxy });
        const basic = Buffer.from('jörg:p@ss:w').toString('base64');
        should(server.requests[0]).match(new RegExp(`\r\nProxy-Authorization: Basic ${basic}\r\n\r\n$`));
        server.credentials = 'changed:since';
        const it = open(broker, { proxy });
        const { trouble, detail } = await refused(it);
        trouble.should.equal('proxyCredentials');
        detail.should.match(/^the proxy http:\/\/127\.0\.0\.1:\d+ wants other credentials: HTTP 407/);
        detail.should.not.match(/p@ss|p%40ss|rg/);
        it.retries.should.deepEqual([{ attempt: 1, slow: true }]);
      });

      it('an IPv6 access point is named in brackets', async () => {
        const broker = await start({ transport });
        const { server, proxy } = await through({ hosts: { '::1': '127.0.0.1' } });
        const tls = { ca: broker.ca, checkServerIdentity: () => undefined };
        await openConnected(
          { endpoint: `${transport}://[::1]:${broker.port}`, ca: broker.ca },
          { proxy, tls },
        );
        should(server.requests[0]).startWith(
          `CONNECT [::1]:${broker.port} HTTP/1.1\r\nHost: [::1]:${broker.port}\r\n`,
        );
      });

      it('a connection that the proxy drops is opened again', async () => {
        const broker = await start({ transport });
        const { server, proxy } = await through();
        const { client } = await openConnected(broker, { proxy });
        broker.current.destroy();
        await until(() => connected(client) && server.requests.length === 2, 5000, 'the next connection');
      });

      for (const [when, answer] of [
        ['hangs', ''],
        ['has opened a connection on which nobody answers', 'HTTP/1.1 200 OK\r\n\r\n'],
      ] as const) {
        it(`closing while the proxy ${when} leaves nothing and takes no time`, async () => {
          const broker = await start({ transport });
          const { server, proxy } = await through({ misbehave: (socket) => socket.write(answer) });
          open(broker, { proxy });
          await until(() => server.requests.length === 1, 5000, 'CONNECT');
          await closeAll();
          await until(() => server.open === 0, 5000, 'the socket to close');
        });
      }

      it('TLS options that Node cannot read are a refusal, not an exception', async () => {
        const broker = await start({ transport });
        const { proxy } = await through();
        const it = open(broker, { proxy, tls: { ca: broker.ca, cert: 'no PEM', key: 'no PEM' } });
        (await refused(it)).trouble.should.equal('tls');
      });

      it('mixed-up ports are found out through the proxy too', async () => {
        const other = transport === 'mqtts' ? 'wss' : 'mqtts';
        const broker = await start({ transport: other });
        const { server, proxy } = await through();
        const it = open({ endpoint: `${transport}://127.0.0.1:${broker.port}`, ca: broker.ca }, { proxy });
        await until(() => waiting(it.client)?.refusal.trouble === 'swappedPort', 5000, 'the name');
        broker.sockets.total.should.equal(server.requests.length);
      });

      it('an https proxy is spoken to in TLS, and must have a certificate of its own that Node.js knows', async () => {
        const authority = await createAuthority('of the proxy');
        const certificate = await authority.issue();
        const broker = await start({ transport });
        const { server, proxy } = await through({ certificate });
        // The authority of the broker is no authority for the proxy, nor does switching verification off concern it.
        const it = open(broker, { proxy, tls: { ca: [broker.ca, authority.ca], rejectUnauthorized: false } });
        (await refused(it)).trouble.should.equal('proxyTls');
        it.retries.should.deepEqual([{ attempt: 1, slow: true }]);
        server.requests.should.be.empty();
        const file = join(temporaryDirectory('ca'), 'ca.pem');
        writeFileSync(file, authority.ca);
        const child = startChild({ endpoint: broker.endpoint, ca: broker.ca }, 30, {
          NODE_EXTRA_CA_CERTS: file,
          PROXY_URL: server.url,
        });
        await until(() => child.states.includes('connected'), 10_000, 'the connection');
        child.process.kill('SIGKILL');
      });
    });
  }
});
