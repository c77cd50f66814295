import { setTimeout as pause } from 'node:timers/promises';
import should from 'should';
import { until } from '../../support/events';
import { type ScriptedBroker, startScriptedBroker } from '../../support/scripted-broker';
import { dial, dialled, numbered, upTo } from './harness';

const A_MOMENT = { timeout: 4000 };

for (const transport of ['mqtts', 'wss'] as const) {
  describe(`transport: keepalive, ${transport}`, () => {
    let broker: ScriptedBroker;
    beforeEach(async () => {
      broker = await startScriptedBroker({ transport });
    });
    afterEach(() => broker.stop());

    it('PINGREQ comes once each keepalive', async () => {
      const line = await dialled(broker, { keepalive: 1 });
      await broker.packet('pingreq', 3);
      should(broker.packets('pingreq').length).equal(3);
      should(line.closed).be.empty();
      await line.connection.close(false);
    });

    for (const [ours, theirs] of [
      [0, 1],
      [60, 1],
      [1, 0],
    ] as const) {
      it(`with ${ours} s of ours and ${theirs} s of the broker's PINGREQ comes each second`, async () => {
        broker.on.connect = (_packet, connection) => connection.connack(0, { serverKeepAlive: theirs });
        const line = await dialled(broker, { keepalive: ours });
        should(line.connacks[0]).have.property('serverKeepAlive', theirs);
        await broker.packet('pingreq', 2, A_MOMENT.timeout);
        await line.connection.close(false);
      });
    }

    it('a broker that answers nothing more is left, and named', async () => {
      const line = await dialled(broker, { keepalive: 1 });
      broker.current.silent = true;
      await until(() => line.closed.length === 1, A_MOMENT.timeout, 'the end');
      should(line.closed[0]).have.property('trouble', 'timeout');
    });

    it('a broker that sends messages and no PINGRESP is alive', async () => {
      const line = await dialled(broker, { keepalive: 1 });
      await line.connection.subscribe([['a', 0]]);
      broker.on.pingreq = () => undefined;
      for (const n of upTo(30)) {
        broker.current.deliver('a', numbered(n));
        await pause(100);
      }
      await broker.packet('pingreq', 2);
      should([line.closed.length, line.messages.length]).deepEqual([0, 30]);
      await line.connection.close(false);
    });

    it('goes on while reading is paused, whatever waits to be read', async () => {
      const line = await dialled(broker, { keepalive: 1 });
      await line.connection.subscribe([['a', 0]]);
      line.connection.pauseReading();
      const big = Buffer.alloc(500_000, 32);
      for (const _ of upTo(20)) broker.current.deliver('a', big);
      await broker.packet('pingreq', 4, 6000);
      should([line.closed.length, line.messages.length]).deepEqual([0, 0]);
      should(broker.current.stream.writableLength).be.above(1_000_000); // it is the broker's TCP that holds it
      line.connection.resumeReading();
      await until(() => line.messages.length === 20, 5000, 'the messages');
      await broker.packet('pingreq', 6);
      should(line.closed).be.empty();
      await line.connection.close(false);
    });

    it('a paused connection is closed as soon as any other', async () => {
      const line = await dialled(broker);
      await line.connection.subscribe([['a', 0]]);
      line.connection.pauseReading();
      for (const _ of upTo(5)) broker.current.deliver('a', Buffer.alloc(100_000));
      await line.connection.close(false);
      await until(() => broker.sockets.open === 0, 1000, 'the socket to close');
      should([line.messages.length, line.closed.length]).deepEqual([0, 0]);
      line.connection.pauseReading();
      line.connection.resumeReading();
    });

    it('a SUBACK that waits to be read is not missed', async () => {
      const line = dial(broker, { answerTimeout: 300 });
      await until(() => line.connacks.length === 1, 5000, 'CONNACK');
      line.connection.pauseReading();
      const subscribed = line.connection.subscribe([['a', 1]]);
      await pause(1000);
      line.connection.resumeReading();
      should(await subscribed).deepEqual([1]);
      should(line.closed).be.empty();
      await line.connection.close(false);
    });
  });
}
