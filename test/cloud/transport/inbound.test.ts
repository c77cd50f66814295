import should from 'should';
import { createUnfinished } from '../../../cloud/transport/connection-options';
import { until } from '../../support/events';
import type { ScriptedBroker } from '../../support/scripted-broker';
import { dialled, type Line, numbered, upTo } from './harness';
import { withBroker } from './with-broker';

const LARGE = [0x80, 0xc2, 0xd7, 0x2f]; // 100 MB

describe('transport: messages from the broker', () => {
  let broker: ScriptedBroker;
  withBroker((started) => {
    broker = started;
  });
  const payloads = ({ messages }: Line) => messages.map(({ payload }) => JSON.parse(payload.toString()).n);
  const publish = (n: number, qos: 1 | 2, dup = false) =>
    broker.current.send({
      cmd: 'publish',
      topic: 'a',
      payload: numbered(n),
      qos,
      messageId: n,
      retain: false,
      dup,
    });

  for (const version of [4, 5] as const) {
    it(`a length of 100 MB ends the connection at once, version ${version}`, async () => {
      const line = await dialled(broker, { version });
      broker.current.raw([0x30, ...LARGE]);
      await until(() => line.closed.length === 1, 2000, 'the end');
      should(line.closed[0]).have.properties({
        trouble: 'lost',
        detail: 'packet too large: 100000005 bytes',
      });
    });

    it(`a message comes whole, however it is cut, version ${version}`, async () => {
      const line = await dialled(broker, { version });
      const topic = [0, 1, 0x61];
      const body = [...topic, 0, 7, ...(version === 5 ? [0] : []), ...Buffer.from(numbered(1))];
      for (const byte of [0x32, body.length, ...body]) {
        broker.current.raw([byte]);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await until(() => line.messages.length === 1, 2000, 'the message');
      should(line.messages[0]).have.properties({ topic: 'a', qos: 1, packetId: 7 });
      should(payloads(line)).deepEqual([1]);
      await line.connection.close(false);
    });
  }

  it('beyond the receive maximum nothing is handed over until others are acknowledged', async () => {
    const line = await dialled(broker, { receiveMaximum: 10 });
    for (const n of upTo(50)) publish(n + 1, 1);
    for (let done = 0; done < 50; done += 10) {
      await until(() => line.messages.length >= done + 10, 2000, 'the next ten');
      for (let i = 0; i < 3; i += 1) await new Promise((resolve) => setImmediate(resolve));
      should(line.messages.length).equal(done + 10);
      for (const received of line.messages.slice(done)) line.connection.acknowledge(received);
    }
    const all = upTo(50).map((n) => n + 1);
    should(payloads(line)).deepEqual(all);
    await broker.packet('puback', 50);
    should(broker.packets('puback').map(({ messageId }) => messageId)).deepEqual(all);
    await line.connection.close(false);
  });

  it('are handed over without such a bound where there is none, with MQTT 3.1.1', async () => {
    const line = await dialled(broker, { version: 4, receiveMaximum: 10 });
    for (const n of upTo(50)) publish(n + 1, n % 2 === 0 ? 1 : 2);
    await until(() => line.messages.length === 50, 2000, 'the messages');
    await line.connection.close(false);
  });

  it('what is acknowledged in a turn leaves in one piece', async () => {
    const line = await dialled(broker);
    for (const n of upTo(40)) publish(n + 1, 1);
    await until(() => line.messages.length === 40, 2000, 'the messages');
    const chunks: number[] = [];
    broker.current.stream.on('data', ({ length }: Buffer) => chunks.push(length));
    for (const received of line.messages) line.connection.acknowledge(received);
    await broker.packet('puback', 40);
    should(chunks).deepEqual([160]);
    await line.connection.close(false);
  });

  describe('of QoS 2', () => {
    const acknowledgeAll = ({ connection }: Line, received: Line['messages'][number]) =>
      connection.acknowledge(received);

    it('are not lost when the process ends between PUBREC and PUBREL', async () => {
      broker.on.pubrec = () => undefined;
      const line = await dialled(broker, { clean: false }, acknowledgeAll);
      publish(1, 2);
      await broker.packet('pubrec');
      should(payloads(line)).deepEqual([1]);
      broker.current.destroy();
      broker.on.connect = (_packet, connection) => connection.connack(0, {}, true);
      const next = await dialled(broker, { clean: false, unfinished: createUnfinished() }, acknowledgeAll);
      broker.current.send({ cmd: 'pubrel', messageId: 1 });
      await broker.packet('pubcomp');
      should(next.messages).be.empty();
      await next.connection.close(false);
    });

    it('come again when they were not acknowledged, and not when they were', async () => {
      const unfinished = createUnfinished();
      broker.on.pubrec = () => undefined;
      const line = await dialled(broker, { clean: false, unfinished });
      publish(1, 2);
      publish(2, 2);
      await until(() => line.messages.length === 2, 2000, 'the messages');
      const [first] = line.messages;
      broker.current.destroy();
      await until(() => line.closed.length === 1, 2000, 'the end');
      if (first) line.connection.acknowledge(first); // the flow has had it
      broker.on.connect = (_packet, connection) => connection.connack(0, {}, true);
      const next = await dialled(broker, { clean: false, unfinished });
      publish(1, 2, true);
      publish(2, 2, true);
      await until(() => next.messages.length === 1, 2000, 'the message');
      should(payloads(next)).deepEqual([2]);
      should((await broker.packet('pubrec')).messageId).equal(1);
      await next.connection.close(false);
    });

    it('of a session that is gone are forgotten', async () => {
      const unfinished = createUnfinished();
      unfinished.received.add(1);
      const line = await dialled(broker, { clean: false, unfinished }, acknowledgeAll);
      publish(1, 2);
      await until(() => line.messages.length === 1, 2000, 'the message');
      await line.connection.close(false);
    });

    it('beyond the receive maximum end the connection', async () => {
      broker.on.pubrec = () => undefined;
      const line = await dialled(broker, { receiveMaximum: 3 }, acknowledgeAll);
      for (const n of upTo(4)) publish(n + 1, 2);
      await until(() => line.closed.length === 1, 2000, 'the end');
      should(line.closed[0]?.detail).match(/receive maximum exceeded/);
      should(payloads(line)).deepEqual([1, 2, 3]);
    });
  });
});
