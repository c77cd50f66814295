import should from 'should';
import { until } from '../../support/events';
import type { Connection, ScriptedBroker } from '../../support/scripted-broker';
import { close, connected, type Opened, open, refused } from './harness';
import { withBroker } from './with-broker';

/** How a broker refuses MQTT 5. */
const refusals: Record<string, (connection: Connection) => void> = {
  'with CONNACK 1 of 3.1.1': (connection) => {
    connection.send({ cmd: 'connack', returnCode: 1, sessionPresent: false }, 4);
    connection.close();
  },
  'with CONNACK 0x84': (connection) => connection.connack(0x84),
  'by hanging up': (connection) => connection.destroy(),
};

describe('transport: MQTT 5 or 3.1.1', () => {
  let broker: ScriptedBroker;
  withBroker((started) => {
    broker = started;
  });

  /** Versions of the CONNECTs so far. */
  const versions = () => broker.packets('connect').map(({ protocolVersion }) => protocolVersion);
  const inUse = ({ client }: Opened) => connected(client)?.version;
  const refuse = (how: (connection: Connection) => void) => {
    broker.on.connect = (packet, connection) =>
      packet.protocolVersion === 5 ? how(connection) : connection.answer(packet);
  };

  for (const [how, answer] of Object.entries(refusals)) {
    it(`falls back to 3.1.1 when the broker refuses 5 ${how}, and is back at 5 when it may be`, async () => {
      refuse(answer);
      const it = open(broker);
      await until(() => inUse(it) === 4, 5000, 'the connection by 3.1.1');
      if (how === 'by hanging up') await broker.packet('connect', 4); // 5 is tried once more beside it
      delete broker.on.connect;
      broker.current.destroy();
      await until(() => inUse(it) === 5, 5000, 'the connection by 5');
      const asked = versions();
      if (how === 'by hanging up') asked.splice(3, 1); // the one beside it
      asked.slice(-2).should.deepEqual([4, 5]);
    });
  }

  it('stays with 5 when told so, and tries again slowly', async () => {
    refuse((connection) => connection.connack(0x84));
    const it = open(broker, { protocol: '5' });
    (await refused(it)).trouble.should.equal('protocol');
    it.retries.should.deepEqual([{ attempt: 1, slow: true }]);
    versions().should.deepEqual([5]);
  });

  it('never tries 5 when told to use 3.1.1', async () => {
    const it = open(broker, { protocol: '3.1.1' });
    await until(() => inUse(it) === 4, 5000, 'the connection');
    versions().should.deepEqual([4]);
  });

  it('a wrong secret at a broker of 3.1.1 is named, not taken for a wrong version', async () => {
    broker.on.connect = (packet, connection) =>
      packet.protocolVersion === 5 ? connection.connack(0x84) : connection.connack(4);
    const it = open(broker);
    (await refused(it)).trouble.should.equal('credentials');
    it.retries.should.deepEqual([{ attempt: 1, slow: true }]);
  });

  it('a broker of 3.1.1 that hangs up on 5 costs one attempt more on each reconnection, not a delay', async () => {
    refuse((connection) => connection.destroy());
    const it = open(broker);
    await until(() => inUse(it) === 4, 5000, 'the connection');
    await broker.packet('connect', 4); // 5 is tried once more beside it
    versions().should.deepEqual([5, 5, 4, 5]);
    await until(() => broker.sockets.open === 1, 2000, 'the end of that');
    const before = { asked: versions().length, retries: it.retries.length };
    broker.current.destroy();
    await until(() => versions().length === before.asked + 2 && inUse(it) === 4, 5000, 'the next');
    versions().slice(-2).should.deepEqual([5, 4]);
    it.retries.length.should.equal(before.retries + 1);
  });

  it('a broker of MQTT 5 that restarts behind a gateway which hangs up meanwhile is met with 5', async () => {
    const it = open(broker);
    await until(() => inUse(it) === 5, 5000, 'the connection');
    for (let outage = 1; outage <= 6; outage += 1) {
      // It lasts so many delays, and ends during the last one.
      const end = it.retries.length + outage;
      const asked = versions().length;
      broker.on.connect = (packet, connection) =>
        it.retries.length < end ? connection.destroy() : connection.answer(packet);
      broker.current.destroy();
      await until(() => it.retries.length === end && inUse(it), 5000, 'the connection');
      versions().length.should.be.above(asked);
      should(inUse(it)).equal(5, `after ${outage} delays`);
    }
  });

  it('two dropped handshakes do not leave it with 3.1.1: 5 is tried beside it, under another client id', async () => {
    let dropped = 0;
    broker.on.connect = (packet, connection) => {
      dropped += 1;
      if (dropped <= 2) connection.destroy();
      else connection.answer(packet);
    };
    const it = open(broker);
    await until(() => dropped > 2 && inUse(it) === 5, 5000, 'the connection by 5');
    versions().should.deepEqual([5, 5, 4, 5, 5]);
    const ids = broker.packets('connect').map(({ clientId }) => clientId);
    should(ids[3]).not.equal(ids[0]);
    should([ids[1], ids[2], ids[4]]).deepEqual([ids[0], ids[0], ids[0]]);
    await until(() => broker.sockets.open === 1, 2000, 'one connection to be left');
  });

  it('a broker of 3.1.1 that learns 5 while it is connected is asked again from time to time', async () => {
    refuse((connection) => connection.destroy());
    const it = open(broker, { recheckVersion: 20 });
    await until(() => inUse(it) === 4, 5000, 'the connection by 3.1.1');
    await broker.packet('connect', 5);
    delete broker.on.connect;
    await until(() => inUse(it) === 5, 5000, 'the connection by 5');
  });

  it('a wrong secret beside a connection by 3.1.1 is an answer in 5 too', async () => {
    let connects = 0;
    broker.on.connect = (packet, connection) => {
      connects += 1;
      if (connects <= 2) connection.destroy();
      else if (connects === 4) connection.connack(0x85);
      else connection.answer(packet);
    };
    const it = open(broker);
    await until(() => connects > 4 && inUse(it) === 5, 5000, 'the connection by 5');
  });

  it('no attempt to connect is left behind when it closes while 5 is tried beside 3.1.1', async () => {
    let connects = 0;
    broker.on.connect = (packet, connection) => {
      connects += 1;
      if (connects <= 2) connection.destroy();
      else if (packet.protocolVersion === 4) connection.answer(packet);
    };
    const it = open(broker);
    await until(() => inUse(it) === 4 && connects === 4, 5000, 'the attempt beside it');
    await close(it.client);
    await until(() => broker.sockets.open === 0, 2000, 'the sockets to close');
  });

  it('fails by timeout or TLS without a change of version', async () => {
    const { port } = broker;
    await broker.stop();
    const it = open({ endpoint: `mqtts://127.0.0.1:${port}`, ca: broker.ca });
    await until(() => it.retries.length === 5, 5000, 'five attempts');
    const states = it.states.filter(({ is }) => is === 'waiting');
    states.length.should.be.aboveOrEqual(4);
    states
      .every((state) => state.is === 'waiting' && state.refusal.trouble === 'portClosed')
      .should.be.true();
  });
});
