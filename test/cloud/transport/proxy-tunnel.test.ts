import { connect, type Socket } from 'node:net';
import should from 'should';
import { parseEndpoint } from '../../../cloud';
import { type HttpProxy, parseProxy } from '../../../cloud/transport/proxy';
import type { ProxyError } from '../../../cloud/transport/proxy-error';
import { openTunnel } from '../../../cloud/transport/proxy-tunnel';
import { until, within } from '../../support/events';
import { type HttpProxyServer, startHttpProxy } from '../../support/http-proxy';
import { needs } from '../../support/machine';
import { freePort } from '../../support/ports';
import { startScriptedBroker } from '../../support/scripted-broker';
import { startTinyproxy } from '../../support/tinyproxy';
import { closeAll, connected, open, openConnected, refused, waiting } from './harness';

const SECRET = 'secret-of-the-proxy';
const TARGET = { host: 'broker.invalid', port: 7885 };

/** As the client's, but with a `timeout` of its own. */
function proxyOf({ url }: { url: string }, credentials = {}): HttpProxy {
  const proxy = parseProxy(url, credentials);
  if (!proxy) throw new Error(url);
  return proxy;
}

const caught = (opening: Promise<unknown>): Promise<ProxyError> =>
  opening.then(
    () => {
      throw new Error('It did not fail');
    },
    (error: ProxyError) => error,
  );

describe('transport: a proxy that misbehaves', () => {
  let server: HttpProxyServer;
  beforeEach(async () => {
    server = await startHttpProxy();
  });
  afterEach(async () => {
    await closeAll();
    await until(() => server.open === 0, 2000, 'the proxy to have no socket left');
    await server.stop();
  });

  async function failure(misbehave: (socket: Socket) => void, timeout = 5000): Promise<ProxyError> {
    server.misbehave = misbehave;
    const proxy = proxyOf(server, { username: 'user', password: SECRET });
    const opening = openTunnel(proxy, TARGET, { timeout });
    const error = await within(caught(opening), timeout + 2000, 'the tunnel to fail');
    error.message.should.startWith(`the proxy ${server.url} `).and.not.containEql(SECRET);
    error.message.length.should.be.below(200);
    return error;
  }

  for (const [what, trouble, answer] of [
    ['407', 'proxyCredentials', 'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'],
    ['403', 'proxyRefused', 'HTTP/1.1 403 Filtered\r\nContent-Type: text/html\r\n\r\n<html>no</html>'],
    ['405', 'proxyRefused', 'HTTP/1.1 405 Method Not Allowed\r\n\r\n'],
    ['a redirection', 'proxyRefused', 'HTTP/1.1 302 Found\r\nLocation: http://login.example/\r\n\r\n'],
    ['502', 'proxyUpstream', 'HTTP/1.1 502 Bad Gateway\r\n\r\n'],
    ['503', 'proxyUpstream', 'HTTP/1.0 503 Service Unavailable\r\n\r\n'],
    ['504', 'proxyUpstream', 'HTTP/1.1 504 Gateway Timeout\r\n\r\n'],
    ['a status of its own', 'proxyUpstream', 'HTTP/1.1 599 x\r\n\r\n'],
    ['garbage', 'proxyAnswer', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['bytes after its header', 'proxyAnswer', 'HTTP/1.1 200 OK\r\n\r\nWelcome!'],
    ['an endless header', 'proxyAnswer', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}`],
    ['interim answers without end', 'proxyAnswer', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(20_000)],
  ] as const) {
    it(`${what}: ${trouble}`, async () => {
      const { trouble: found, code } = await failure((socket) => socket.write(answer));
      found.should.equal(trouble);
      const [, status] = /^HTTP\/1\.\d ([3-5]\d\d)/.exec(answer) ?? [];
      should(code).equal(status && `HTTP ${status}`);
    });
  }

  it('its own words, which may repeat what it was sent, are not quoted', async () => {
    const { message } = await failure((socket) => {
      const sent = server.requests.at(-1) ?? '';
      socket.write(`HTTP/1.1 407 ${sent.replace(/\r\n/g, ' ')} ${SECRET}\r\nX: ${SECRET}\r\n\r\n${SECRET}`);
    });
    message.should.match(/HTTP 407 Proxy Authentication Required$/);
    message.should.not.containEql(Buffer.from(`user:${SECRET}`).toString('base64'));
  });

  it('one that closes, or breaks off, in the middle of its answer', async () => {
    for (const end of [(socket: Socket) => socket.end(), (socket: Socket) => socket.destroy()]) {
      const half = (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\nVia:', () => end(socket));
      (await failure(half)).trouble.should.equal('proxyAnswer');
    }
    (await failure((socket) => socket.resetAndDestroy())).trouble.should.equal('proxyAnswer');
  });

  it('one that hangs, or whose header trickles for ever, is given up in time', async () => {
    (await failure(() => undefined, 100)).trouble.should.equal('proxyTimeout');
    const trickle = (socket: Socket) => {
      socket.write('HTTP/1.1 200 OK\r\nX: ');
      const timer = setInterval(() => socket.write('x'), 5);
      socket.on('close', () => clearInterval(timer));
    };
    (await failure(trickle, 150)).trouble.should.equal('proxyTimeout');
  });

  it('one that cannot be reached: its port is closed, its name is not known', async () => {
    for (const [url, code] of [
      [`http://127.0.0.1:${await freePort()}`, 'ECONNREFUSED'],
      ['http://proxy.invalid:3128', 'ENOTFOUND'],
    ] as const) {
      const opening = openTunnel(proxyOf({ url }), TARGET);
      await should(opening).be.rejectedWith({ trouble: 'proxyUnreachable', code });
    }
  });

  it('one that speaks no TLS, although its URL says https', async () => {
    const opening = openTunnel(proxyOf({ url: server.url.replace('http', 'https') }), TARGET, {
      timeout: 500,
    });
    const error = await caught(opening);
    should(error.trouble).be.oneOf('proxyTls', 'proxyTimeout');
  });

  it('each is shown by its name, and tried again as any other failure', async () => {
    const broker = await startScriptedBroker();
    const proxy = proxyOf(server);
    server.misbehave = (socket) => socket.write('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    const it = open(broker, { proxy });
    (await refused(it)).trouble.should.equal('proxyUpstream');
    await until(() => server.requests.length >= 3, 5000, 'two attempts more');
    it.retries.every(({ slow }) => !slow).should.be.true();
    server.misbehave = (socket) => socket.write('HTTP/1.1 403 No\r\n\r\n');
    await until(() => waiting(it.client)?.refusal.trouble === 'proxyRefused', 5000, 'the other name');
    server.misbehave = undefined;
    await until(() => connected(it.client), 5000, 'the connection, once the proxy works');
    await closeAll();
    await broker.stop();
  });
});

describe('transport: tinyproxy', function () {
  needs(this, 'tinyproxy');
  afterEach(closeAll);

  for (const transport of ['mqtts', 'wss'] as const) {
    it(`${transport}: with and without credentials, and what it refuses`, async () => {
      const broker = await startScriptedBroker({ transport });
      const credentials = { username: 'user', password: SECRET };
      const real = await startTinyproxy({ credentials, connectPorts: [broker.port] });
      const proxy = proxyOf(real, credentials);
      const { client } = await openConnected(broker, { proxy });
      await client.user().push(['DU_1'], Buffer.from('{"a":1}'), 1);
      real.log.should.match(new RegExp(`CONNECT 127\\.0\\.0\\.1:${broker.port}`));
      (await refused(open(broker, { proxy: proxyOf(real) }))).trouble.should.equal('proxyCredentials');
      const elsewhere = { ...parseEndpoint(broker.endpoint), port: broker.port + 1 };
      (await refused(open(broker, { proxy, endpoint: elsewhere }))).trouble.should.equal('proxyRefused');
      await broker.stop();
      const gone = await refused(open(broker, { proxy }));
      gone.trouble.should.equal('proxyUpstream');
      await real.stop();
      await until(async () => !(await listens(real.url)), 2000, 'tinyproxy to stop');
      (await refused(open(broker, { proxy }))).trouble.should.equal('proxyUnreachable');
    });
  }
});

function listens(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}
