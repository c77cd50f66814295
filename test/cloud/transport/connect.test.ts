import { type AddressInfo, createServer, type Socket } from 'node:net';
import should from 'should';
import { retryDelay } from '../../../cloud/transport/backoff';
import type { Trouble } from '../../../cloud/transport/reason-codes';
import { until } from '../../support/events';
import type { ScriptedBroker } from '../../support/scripted-broker';
import { connected, dial, open, refused } from './harness';
import { withBroker } from './with-broker';

describe('transport: connecting', () => {
  let broker: ScriptedBroker;
  withBroker((started) => {
    broker = started;
  });

  /** CONNACK code of MQTT 5 and of 3.1.1 (none: not told apart there), trouble, whether a person has to mend it. */
  const refusals: [number | undefined, number | undefined, Trouble, boolean, string][] = [
    [0x86, 4, 'credentials', true, '(case 1)'],
    [0x87, 5, 'unauthorized', true, '(case 2)'],
    [0x8a, undefined, 'banned', true, '(case 2)'],
    [0x85, 2, 'clientId', true, ''],
    [0x8c, undefined, 'credentials', true, ''],
    [0x88, 3, 'busy', false, '(case 3)'],
    [0x89, undefined, 'busy', false, ''],
    [0x97, undefined, 'busy', false, ''],
    [0x9f, undefined, 'busy', false, ''],
    [0x80, undefined, 'lost', false, ''],
  ];
  for (const [five, older, trouble, slow, label] of refusals) {
    for (const [protocol, code] of [
      ['5', five],
      ['3.1.1', older],
    ] as const) {
      if (code === undefined) continue;
      const delay = slow ? 'slowly' : 'soon';
      it(`MQTT ${protocol}: CONNACK ${code} is named ${trouble} and tried again ${delay} ${label}`, async () => {
        broker.on.connect = (_packet, connection) => connection.connack(code);
        const it = open(broker, { protocol }, 3_600_000);
        const refusal = await refused(it);
        refusal.trouble.should.equal(trouble);
        refusal.detail.should.match(code < 0x80 ? /\w \(\d\)$/ : /\w \(0x..\)$/);
        it.retries.should.deepEqual([{ attempt: 1, slow }]);
        broker.connections.length.should.equal(1);
      });
    }
  }

  it('names bad credentials, no authorisation and a ban differently (case 2)', async () => {
    const details = new Set<string>();
    for (const code of [0x86, 0x87, 0x8a]) {
      broker.on.connect = (_packet, connection) => connection.connack(code);
      details.add((await refused(open(broker))).detail);
    }
    details.size.should.equal(3);
  });

  it('the delay after a refusal that needs a person is 60 s at least, otherwise 30 s at most (case 1)', () => {
    for (let attempt = 1; attempt < 2000; attempt += 1) {
      retryDelay(attempt, true).should.be.aboveOrEqual(60_000);
      retryDelay(attempt, false).should.be.within(200, 30_000);
    }
  });

  it('connects after a broker that was busy twice, with growing attempts (case 3)', async () => {
    broker.on.connect = (packet, connection) =>
      broker.connections.length <= 2 ? connection.connack(0x88) : connection.answer(packet);
    const { client, retries } = open(broker);
    await until(() => connected(client), 5000, 'the connection');
    retries.should.deepEqual([
      { attempt: 1, slow: false },
      { attempt: 2, slow: false },
    ]);
    broker.connections.length.should.equal(3);
  });

  it('gives up on a broker that sends no CONNACK, and closes the socket (case 4)', async () => {
    broker.on.connect = () => undefined;
    const line = dial(broker, { connectTimeout: 200 });
    await until(() => line.closed.length > 0, 2000, 'the end');
    line.closed.map(({ trouble }) => trouble).should.deepEqual(['timeout']);
    await until(() => broker.sockets.open === 0, 2000, 'the socket to close');
    line.connacks.should.be.empty();
  });

  it('is back within 16 s at a broker that sent no CONNACK (case 4)', async function () {
    this.timeout(30_000);
    broker.on.connect = () => undefined;
    open(broker, { retryDelay });
    await broker.packet('connect', 2, 16_500);
  });

  it('gives up on a server that accepts TCP and never speaks TLS (case 4)', async () => {
    const silent = await startSilentServer();
    const line = dial(
      { endpoint: `mqtts://127.0.0.1:${silent.port}`, ca: broker.ca },
      { connectTimeout: 200 },
    );
    await until(() => line.closed.length > 0, 2000, 'the end');
    should(line.closed[0]).have.property('trouble', 'timeout');
    await until(() => silent.open() === 0, 2000, 'the socket to close');
    await silent.stop();
  });

  it('a broker that is not there is named by what is wrong with the way to it', async () => {
    const { port } = broker;
    await broker.stop();
    should((await refused(open({ endpoint: `mqtts://127.0.0.1:${port}`, ca: broker.ca }))).trouble).equal(
      'portClosed',
    );
    const unknown = open({ endpoint: 'mqtts://no-such-host.invalid:7885', ca: broker.ca });
    should((await refused(unknown, 15_000)).trouble).equal('dns');
    should(unknown.retries[0]).deepEqual({ attempt: 1, slow: false });
  });
});

async function startSilentServer() {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.resume();
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    open: () => sockets.size,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}
