import should from 'should';
import { EztError } from '../../../cloud';
import { until, within } from '../../support/events';
import { startProxy } from '../../support/proxy';
import { type ScriptedBroker, startScriptedBroker } from '../../support/scripted-broker';
import {
  close,
  closeAll,
  connected,
  DEVICE,
  dial,
  dialled,
  open,
  openConnected,
  recordingListener,
} from './harness';

const payload = Buffer.from('{"a":1}');
const BOUND = 3000;

describe('transport: closing', () => {
  let broker: ScriptedBroker;
  async function start(transport: 'mqtts' | 'wss' = 'mqtts') {
    broker = await startScriptedBroker({ transport });
  }
  afterEach(async () => {
    await closeAll();
    await broker.stop();
  });
  const socketsClosed = () => until(() => broker.sockets.open === 0, 1000, 'the socket to close');
  const codes = (settled: PromiseSettledResult<unknown>[]) =>
    settled.map((it) => it.status === 'rejected' && it.reason instanceof EztError && it.reason.code);

  for (const transport of ['mqtts', 'wss'] as const) {
    it(`${transport}: with unacknowledged QoS 1 within 3 s, everything settled, no socket left (case 42)`, async () => {
      await start(transport);
      broker.on.publish = () => undefined;
      const { client } = await openConnected(broker);
      const pushes = [0, 1, 2].map(() => client.user().push([DEVICE], payload, 1));
      const listener = recordingListener({ channels: ['command_reply'] });
      const command = { method: 'm', params: {}, id: 1 };
      const request = client.user().request(DEVICE, command, { qos: 1, timeout: 60_000, listener });
      const outcomes = Promise.allSettled([...pushes, request]);
      await broker.packet('publish', 4);
      await within(close(client), BOUND, 'it to close');
      codes(await within(outcomes, 100, 'everything to be settled')).should.deepEqual(
        Array(4).fill('EZT_CLOSED'),
      );
      broker.packets('disconnect').length.should.equal(1);
      await socketsClosed();
      client.state.is.should.equal('closed');
      await should(client.user().push([DEVICE], payload, 1)).be.rejectedWith({ code: 'EZT_CLOSED' });
    });

    it(`${transport}: what the broker still acknowledges is success (case 42)`, async () => {
      await start(transport);
      broker.on.publish = (packet, connection) => {
        setTimeout(() => connection.answer(packet), 300);
      };
      const { client } = await openConnected(broker);
      const push = client.user().push([DEVICE], payload, 1);
      await within(close(client), BOUND, 'it to close');
      await push;
    });

    for (const pending of ['TCP', 'TLS', 'CONNACK'] as const) {
      it(`${transport}: cancels a connection while ${pending} is pending (case 48)`, async () => {
        await start(transport);
        broker.on.connect = () => undefined;
        const proxy = await startProxy(broker);
        if (pending === 'TLS') proxy.blackhole(true);
        const line = dial({ ca: broker.ca, endpoint: `${transport}://127.0.0.1:${proxy.port}` });
        if (pending === 'TLS') await until(() => proxy.open === 1, 2000, 'TCP');
        if (pending === 'CONNACK') await broker.packet('connect');
        await within(line.connection.close(false), 1000, 'it to close');
        proxy.blackhole(false);
        await until(() => proxy.open === 0, 1000, 'the socket to close');
        should([...line.connacks, ...line.closed]).be.empty();
        await proxy.stop();
      });
    }

    it(`${transport}: of a client opened and closed in a row, the last one connects, once (case 48)`, async () => {
      await start(transport);
      const last = [0, 1, 2, 3, 4]
        .map(() => open(broker, { clientId: 'deployed', randomClientId: false }))
        .at(-1);
      if (!last) throw new Error('none');
      await closeAll();
      const { client } = await openConnected(broker, { clientId: 'deployed', randomClientId: false });
      await socketsOpen(1);
      should(connected(client)).be.ok();
      last.client.state.is.should.equal('closed');
    });

    it(`${transport}: a broker that reads nothing does not hold it up (case 42)`, async () => {
      await start(transport);
      const line = await dialled(broker);
      const { stream } = broker.current;
      stream.pause();
      const big = Buffer.alloc(1_000_000);
      for (const _ of Array(20)) line.connection.publish('a', big, 1, () => undefined);
      await within(line.connection.close(false), 1000, 'it to close');
      stream.resume();
      await socketsClosed();
    });

    it(`${transport}: a broker that never closes its side does not hold it up (case 42)`, async () => {
      await start(transport);
      broker.on.disconnect = () => undefined;
      const line = await dialled(broker);
      await within(line.connection.close(false), 1000, 'it to close');
      await socketsClosed();
      should(line.closed).be.empty();
    });
  }
  const socketsOpen = (count: number) =>
    until(() => broker.sockets.open === count, 2000, `${count} sockets to be open`);

  it('while it waits for the next attempt, it closes at once and tries no more (case 42)', async () => {
    await start();
    broker.on.connect = (_packet, connection) => connection.connack(0x88);
    const { client, retries } = open(broker);
    await until(() => retries.length > 0 && client.state.is === 'waiting', 2000, 'a delay');
    await within(close(client), 500, 'it to close');
    const attempts = broker.connections.length;
    await socketsClosed();
    await new Promise((resolve) => setTimeout(resolve, 100)); // five delays
    broker.connections.length.should.equal(attempts);
  });

  it('a blackhole does not hold it up (case 42)', async () => {
    await start();
    const proxy = await startProxy(broker);
    const { client } = await openConnected({ ca: broker.ca, endpoint: `mqtts://127.0.0.1:${proxy.port}` });
    proxy.blackhole(true);
    const push = should(client.user().push([DEVICE], payload, 1)).be.rejectedWith({ code: 'EZT_CLOSED' });
    await within(close(client), BOUND, 'it to close');
    await push;
    proxy.blackhole(false);
    await until(() => proxy.open === 0, 1000, 'the socket to close');
    await proxy.stop();
  });

  it('one deadline holds for all of it: draining, DISCONNECT, and the end of a session, each as slow as can be', async () => {
    await start();
    broker.on.publish = () => undefined;
    broker.on.disconnect = () => undefined; // it never closes its side
    broker.on.connect = (packet, connection) => {
      if (!packet.clean) return connection.answer(packet);
      setTimeout(() => connection.answer(packet), 700);
    };
    const session = { clean: false, randomClientId: false, clientId: 'ends', protocol: '3.1.1' } as const;
    const { client } = await openConnected(broker, session);
    const push = should(client.user().push([DEVICE], payload, 1)).be.rejectedWith({ code: 'EZT_CLOSED' });
    await within(close(client, true), BOUND, 'it to close');
    await push;
    await socketsClosed();
  });

  it('closing twice is closing once', async () => {
    await start();
    const { client } = await openConnected(broker);
    await Promise.all([client.close(false), close(client)]);
    broker.packets('disconnect').length.should.equal(1);
  });
});
