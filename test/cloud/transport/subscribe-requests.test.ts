import should from 'should';
import type { Qos } from '../../../cloud';
import { until } from '../../support/events';
import { type ScriptedBroker, startScriptedBroker } from '../../support/scripted-broker';
import { dialled } from './harness';

describe('transport: SUBSCRIBE and UNSUBSCRIBE', () => {
  let broker: ScriptedBroker;
  beforeEach(async () => {
    broker = await startScriptedBroker();
  });
  afterEach(() => broker.stop());

  it('give a reason code for each filter, in order; the subscription identifier goes along', async () => {
    const { connection } = await dialled(broker);
    broker.on.subscribe = (packet, it) =>
      it.send({ cmd: 'suback', messageId: packet.messageId ?? 0, granted: [1, 0x87, 0] });
    const filters: [string, Qos][] = [
      ['a', 1],
      ['b', 1],
      ['c', 0],
    ];
    should(await connection.subscribe(filters, 7)).deepEqual([1, 0x87, 0]);
    const [{ subscriptions, properties } = { subscriptions: [], properties: {} }] =
      broker.packets('subscribe');
    should(subscriptions.map(({ topic, qos, rh }) => [topic, qos, rh])).deepEqual([
      ['a', 1, 1],
      ['b', 1, 1],
      ['c', 0, 1],
    ]);
    should(properties?.subscriptionIdentifier).equal(7);
    broker.on.unsubscribe = (packet, it) =>
      it.send({ cmd: 'unsuback', messageId: packet.messageId ?? 0, granted: [0, 0x11] });
    should(await connection.unsubscribe(['a', 'b'])).deepEqual([0, 0x11]);
    await connection.close(false, 1000);
  });

  it('with MQTT 3.1.1 an UNSUBACK, which has no codes, says that all is well', async () => {
    const { connection } = await dialled(broker, { version: 4 });
    should(await connection.unsubscribe(['a', 'b'])).deepEqual([0, 0]);
    await connection.close(false, 1000);
  });

  it('an answer with too few codes is an error', async () => {
    const { connection } = await dialled(broker);
    broker.on.subscribe = (packet, it) =>
      it.send({ cmd: 'suback', messageId: packet.messageId ?? 0, granted: [0] });
    const filters: [string, Qos][] = [
      ['a', 0],
      ['b', 0],
    ];
    await should(connection.subscribe(filters)).be.rejected();
    await connection.close(false, 1000);
  });

  for (const what of ['SUBACK', 'UNSUBACK'] as const) {
    it(`without a ${what} the connection ends`, async () => {
      broker.on.subscribe = () => undefined;
      broker.on.unsubscribe = () => undefined;
      const { connection, closed } = await dialled(broker, { answerTimeout: 50 });
      const asked = what === 'SUBACK' ? connection.subscribe([['a', 0]]) : connection.unsubscribe(['a']);
      await should(asked).be.rejected();
      await until(() => closed.length > 0, 5000, 'the end');
      should(closed[0]?.detail).match(new RegExp(`no ${what}`));
    });
  }
});
