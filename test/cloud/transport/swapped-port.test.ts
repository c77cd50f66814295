import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import should from 'should';
import { parseEndpoint } from '../../../cloud';
import type { Trouble } from '../../../cloud/transport/reason-codes';
import { isHttp, nameSwappedPort } from '../../../cloud/transport/swapped-port';
import { createAuthority } from '../../../emulator/certificates';
import { until } from '../../support/events';
import { needs } from '../../support/machine';
import { startMosquitto } from '../../support/mosquitto';
import { startScriptedBroker } from '../../support/scripted-broker';
import { closeAll, connected, open, openConnected, refused, waiting } from './harness';

describe('transport: the ports of mqtts and wss mixed up', () => {
  const named = (endpoint: string, trouble: Trouble) =>
    nameSwappedPort(parseEndpoint(endpoint), { trouble, detail: 'x' }).trouble;

  it('are recognised by the well-known port of the other, where nothing came of the handshake', () => {
    for (const trouble of ['lost', 'timeout'] as const) {
      named('mqtts://host:7886', trouble).should.equal('swappedPort');
      named('wss://host:7885', trouble).should.equal('swappedPort');
      named('mqtts://host', trouble).should.equal(trouble);
      named('wss://host', trouble).should.equal(trouble);
      named('mqtts://host:8883', trouble).should.equal(trouble);
    }
  });

  it('are not reported where the server has an answer, or cannot be reached', () => {
    for (const trouble of ['credentials', 'busy', 'untrusted', 'portClosed', 'dns'] as const)
      named('mqtts://host:7886', trouble).should.equal(trouble);
  });

  it('are reported with what to write instead', () => {
    const { detail } = nameSwappedPort(parseEndpoint('wss://host:7885'), {
      trouble: 'lost',
      detail: 'hang up',
    });
    detail.should.match(/wss:\/\/host:7885\/mqtt .*mqtts.*7885.*wss.*7886.*hang up/);
  });

  it('HTTP is known by its first bytes', () => {
    should(['HTTP/1.1 400', 'HTTP', 'http/', ''].map((text) => isHttp(Buffer.from(text)))).deepEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it('a server that answers CONNECT in HTTP is named, whatever its port, and nothing falls back to 3.1.1', async () => {
    const broker = await startScriptedBroker({ transport: 'wss' });
    const it = open({ endpoint: `mqtts://127.0.0.1:${broker.port}`, ca: broker.ca });
    const { trouble, detail } = await refused(it);
    trouble.should.equal('swappedPort');
    detail.should.match(/looks like the port of wss/);
    await until(() => broker.sockets.total >= 3, 5000, 'two attempts more');
    it.retries.every(({ slow }) => !slow).should.be.true();
    await closeAll();
    await broker.stop();
  });

  it('a broker of mqtts that hangs up on HTTP is asked in MQTT, whatever its port, and named', async () => {
    const broker = await startScriptedBroker();
    const it = open({ endpoint: `wss://127.0.0.1:${broker.port}`, ca: broker.ca });
    await until(() => waiting(it.client)?.refusal.trouble === 'swappedPort', 5000, 'the name');
    waiting(it.client)?.refusal.detail.should.match(/looks like the port of mqtts/);
    const [{ username, password, clientId } = {}] = broker.packets('connect');
    should([username, password, clientId]).deepEqual([undefined, undefined, '']);
    await closeAll();
    await until(() => broker.sockets.open === 0, 2000, 'no socket to be left');
    await broker.stop();
  });

  it('an HTTP server that waits for more is asked in HTTP, and named', async () => {
    const authority = await createAuthority('silent');
    const tls = await authority.issue();
    const server = createServer(tls, (socket) => {
      socket.on('error', () => socket.destroy());
      socket.on('data', (bytes) => {
        // As cowboy does: it waits for the end of the line, and hangs up after a while.
        if (bytes.includes('\n')) socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
        else setTimeout(() => socket.end(), 50);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const it = open({ endpoint: `mqtts://127.0.0.1:${port}`, ca: authority.ca });
    await until(() => waiting(it.client)?.refusal.trouble === 'swappedPort', 5000, 'the name');
    await closeAll();
    server.close();
  });

  it('mosquitto, either way: named', async function () {
    needs(this, 'mosquitto');
    const broker = await startMosquitto();
    const { mqtts, wss } = broker.ports;
    for (const endpoint of [`mqtts://127.0.0.1:${wss}`, `wss://127.0.0.1:${mqtts}`]) {
      const it = open({ ...broker, endpoint });
      await until(() => waiting(it.client)?.refusal.trouble === 'swappedPort', 10_000, `${endpoint} named`);
      await closeAll();
    }
    await broker.stop();
  });

  it('mosquitto, a port without TLS: named, and nothing secret is sent to it', async function () {
    needs(this, 'mosquitto');
    const broker = await startMosquitto();
    for (const scheme of ['mqtts', 'wss']) {
      const it = open({ ...broker, endpoint: `${scheme}://127.0.0.1:${broker.ports.platform}` });
      await until(() => waiting(it.client)?.refusal.trouble === 'plainPort', 10_000, `${scheme} named`);
      waiting(it.client)?.refusal.detail.should.match(/does not speak TLS: mqtts is 7885/);
      await closeAll();
    }
    broker.log.some((line) => line.includes(broker.key)).should.be.false();
    await broker.stop();
  });

  it('a broker that was connected once is not suspected', async () => {
    const broker = await startScriptedBroker();
    const endpoint = parseEndpoint(broker.endpoint);
    const it = await openConnected(broker, { endpoint: { ...endpoint } });
    should(connected(it.client)).be.ok();
    broker.on.connect = (_packet, connection) => connection.destroy();
    broker.current.destroy();
    await until(() => it.retries.length >= 3, 5000, 'three failures');
    should(waiting(it.client)?.refusal.trouble ?? 'lost').equal('lost');
    await closeAll();
    await broker.stop();
  });
});
