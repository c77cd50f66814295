import should from 'should';
import { type SuiteBroker, startBroker } from '../../support/broker';
import { until } from '../../support/events';
import { needs } from '../../support/machine';
import type { ScriptedBroker } from '../../support/scripted-broker';
import {
  attributesOf,
  connected,
  dialled,
  KEY,
  numbered,
  numbers,
  open,
  openConnected,
  recordingListener,
  upTo,
} from './harness';
import { withBroker } from './with-broker';

const WILDCARD = `open/${KEY}/+/attributes`;

describe('transport: acknowledging', () => {
  let broker: ScriptedBroker;
  withBroker((started) => {
    broker = started;
  });

  it('PUBACK is sent when a message has been dealt with, not before', async () => {
    const line = await dialled(broker);
    await line.connection.subscribe([['a', 1]]);
    for (const n of upTo(3)) broker.current.deliver('a', numbered(n));
    broker.current.deliver('a', 'end', { qos: 0 });
    await until(() => line.messages.length === 4, 2000, 'the messages');
    await line.connection.subscribe([['b', 1]]); // a round trip later
    broker.packets('puback').should.be.empty();
    for (const received of line.messages) line.connection.acknowledge(received);
    await broker.packet('puback', 3);
    const ids = line.messages.slice(0, 3).map(({ packetId }) => packetId);
    broker
      .packets('puback')
      .map(({ messageId }) => messageId)
      .should.deepEqual(ids);
    await line.connection.close(false);
  });

  it('a PUBACK of an earlier connection is not sent on the next one', async () => {
    const line = await dialled(broker);
    await line.connection.subscribe([['a', 1]]);
    broker.current.deliver('a', 'x');
    await until(() => line.messages.length === 1, 2000, 'the message');
    broker.current.destroy();
    await until(() => line.closed.length === 1, 2000, 'the end');
    const next = await dialled(broker);
    for (const received of line.messages) line.connection.acknowledge(received);
    await next.connection.subscribe([['b', 1]]);
    broker.packets('puback').should.be.empty();
    await next.connection.close(false);
  });

  for (const qos of [0, 1, 2] as const) {
    it(`a listener that throws does not stop the rest, QoS ${qos}`, async () => {
      const errors: unknown[] = [];
      const { client } = await openConnected(broker, { onError: (error) => errors.push(error) });
      const bad = recordingListener({ qos }, () => {
        throw new Error('in a flow');
      });
      const good = [recordingListener({ qos }), recordingListener({ qos })] as const;
      client.listen(good[0]);
      client.listen(bad);
      client.listen(good[1]);
      await until(() => client.details().filters[WILDCARD] === qos, 2000, 'the filter');
      for (const n of upTo(20)) broker.current.deliver(attributesOf(), numbered(n), { qos });
      await until(() => bad.messages.length === 20, 2000, 'the messages');
      errors.length.should.equal(20);
      for (const { messages } of good) messages.length.should.equal(20);
      if (qos > 0) await broker.packet(qos === 1 ? 'puback' : 'pubcomp', 20);
      should(connected(client)).be.ok();
    });
  }

  it('a watcher that throws is an error of its own', async () => {
    const errors: unknown[] = [];
    const { client } = open(broker, { onError: (error) => errors.push(error) });
    client.onChange(() => {
      throw new Error('in a status');
    });
    await until(() => connected(client), 2000, 'the connection');
    client.listen(recordingListener());
    await until(() => client.details().filters[WILDCARD] === 1, 2000, 'the filter');
    broker.current.destroy();
    await until(() => broker.connections.length === 2 && connected(client), 2000, 'the next connection');
    errors.length.should.be.above(1);
  });

  it('QoS 2 is handed over once, whatever the link does in between', async () => {
    const session = { clean: false, protocol: '5' } as const;
    const { client } = await openConnected(broker, session);
    broker.on.connect = (_packet, connection) => connection.connack(0, {}, true);
    const all = recordingListener({ qos: 2 });
    client.listen(all);
    await until(() => client.details().filters[WILDCARD] === 2, 2000, 'the filter');
    const publish = (n: number, dup = false) =>
      broker.current.send({
        cmd: 'publish',
        topic: attributesOf(),
        payload: numbered(n),
        qos: 2,
        retain: false,
        dup,
        messageId: n,
      });
    const again = async () => {
      const count = broker.connections.length;
      broker.current.destroy();
      await until(
        () => broker.connections.length === count + 1 && connected(client),
        2000,
        'the next connection',
      );
    };
    // The link drops before PUBREL …
    broker.on.pubrec = () => undefined;
    publish(1);
    await broker.packet('pubrec', 1);
    await again();
    // … so the broker sends either the message again or, having PUBREC, PUBREL.
    publish(1, true);
    await broker.packet('pubrec', 2);
    numbers(all).should.deepEqual([1]);
    broker.current.send({ cmd: 'pubrel', messageId: 1 });
    await broker.packet('pubcomp', 1);
    await again();
    // PUBCOMP was lost.
    broker.current.send({ cmd: 'pubrel', messageId: 1 });
    await broker.packet('pubcomp', 2);
    publish(2);
    await broker.packet('pubrec', 3);
    await again();
    broker.current.send({ cmd: 'pubrel', messageId: 2 });
    await broker.packet('pubcomp', 3);
    numbers(all).should.deepEqual([1, 2]);
  });

  describe('with a real broker', function () {
    needs(this, 'broker');
    let real: SuiteBroker;
    before(async () => {
      real = await startBroker({ maxInflight: 100 });
    });
    after(() => real.stop());

    it('beyond the receive maximum the broker holds the messages', async () => {
      const line = await dialled(real, { receiveMaximum: 3 });
      await line.connection.subscribe([[WILDCARD, 1]]);
      const platform = await real.platform();
      const send = (n: number, qos: 0 | 1) => platform.publishAsync(attributesOf(), numbered(n), { qos });
      await Promise.all(upTo(10).map((n) => send(n, 1)));
      await send(-1, 0);
      await until(() => line.messages.some(({ qos }) => qos === 0), 2000, 'the one of QoS 0');
      line.messages.filter(({ qos }) => qos === 1).length.should.equal(3);
      for (let handled = 0; handled < 11; handled += 1) {
        const received = await until(() => line.messages[handled], 2000, `message ${handled}`);
        line.connection.acknowledge(received);
      }
      line.messages
        .filter(({ qos }) => qos === 1)
        .map(({ payload }) => JSON.parse(payload.toString()).n)
        .should.deepEqual(upTo(10));
      await line.connection.close(false);
    });

    for (const [qos, protocol] of [
      [0, '5'],
      [1, '5'],
      [1, '3.1.1'],
      [2, '5'],
    ] as const) {
      it(`a flow that blocks for 50 ms on each of 100 messages keeps the connection, QoS ${qos}, MQTT ${protocol} (case 51)`, async () => {
        const { client } = await openConnected(real, { keepalive: 1, protocol });
        const slow = recordingListener({ qos }, () => {
          for (const end = performance.now() + 50; performance.now() < end; );
        });
        client.listen(slow);
        await until(() => client.details().filters[WILDCARD] === qos, 2000, 'the filter');
        const platform = await real.platform();
        await Promise.all(upTo(100).map((n) => platform.publishAsync(attributesOf(), numbered(n), { qos })));
        await until(() => slow.messages.length >= 100, 60_000, 'the messages');
        numbers(slow).should.deepEqual(upTo(100));
        await platform.publishAsync(attributesOf(), numbered(100), { qos });
        await until(() => numbers(slow).at(-1) === 100, 5000, 'one more');
        should(client.counters.connections).equal(1);
      }).timeout(90_000);
    }
  });
});
