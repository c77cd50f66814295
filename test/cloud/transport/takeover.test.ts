import should from 'should';
import { startBroker } from '../../support/broker';
import { until } from '../../support/events';
import { needs } from '../../support/machine';
import type { ScriptedBroker } from '../../support/scripted-broker';
import { closeAll, connected, open, openConnected, waiting } from './harness';
import { withBroker } from './with-broker';

const SESSION = { randomClientId: false, clientId: 'one-and-the-same', clean: false };

describe('transport: another client with the same client id', () => {
  let broker: ScriptedBroker;
  withBroker((started) => {
    broker = started;
  });

  it('is named after three takeovers (0x8E), then there is peace for ten minutes (case 53)', async () => {
    broker.on.connect = (packet, connection) => {
      connection.answer(packet);
      connection.close(0x8e);
    };
    const { client, retries } = open(broker, SESSION);
    const state = await until(
      () => (broker.connections.length >= 3 ? waiting(client) : undefined),
      5000,
      'the third takeover',
    );
    state.refusal.trouble.should.equal('takenOver');
    (state.until - Date.now()).should.be.within(590_000, 600_000);
    broker.connections.length.should.equal(3);
    retries.length.should.equal(2);
  });

  it('one takeover is no reason to stay away', async () => {
    const { client } = await openConnected(broker, SESSION);
    broker.current.close(0x8e);
    await until(() => broker.connections.length === 2 && connected(client), 5000, 'the next connection');
  });

  for (const protocol of ['5', '3.1.1'] as const) {
    it(`is suspected of a broker that just hangs up, MQTT ${protocol} (case 53)`, async () => {
      broker.on.connect = (packet, connection) => {
        connection.answer(packet);
        connection.destroy();
      };
      const { client, retries } = open(broker, { ...SESSION, protocol });
      const state = await until(
        () => (waiting(client)?.refusal.trouble === 'takenOver' ? waiting(client) : undefined),
        5000,
        'the suspicion',
      );
      state.refusal.detail.should.match(/client id/);
      broker.connections.length.should.equal(3);
      retries.map(({ slow }) => slow).should.deepEqual([false, false, true]);
    });
  }

  it('is not suspected when the client id is random: nobody else can have it', async () => {
    broker.on.connect = (packet, connection) => {
      connection.answer(packet);
      connection.destroy();
    };
    const { retries, states } = open(broker, { protocol: '5' });
    await until(() => retries.length >= 5, 5000, 'five attempts');
    retries.every(({ slow }) => !slow).should.be.true();
    states.some((state) => state.is === 'waiting' && state.refusal.trouble === 'takenOver').should.be.false();
  });

  it('two clients on a real broker: six connections at most, then one of them has it (case 53)', async function () {
    needs(this, 'broker');
    const real = await startBroker();
    const first = open(real, SESSION);
    const second = open(real, SESSION);
    const yielded = () =>
      [first, second].some(({ client }) => waiting(client)?.refusal.trouble === 'takenOver') &&
      [first, second].some(({ client }) => connected(client));
    await until(yielded, 10_000, 'one to yield');
    const connections = [first, second].map(({ client }) => client.counters.connections);
    should((connections[0] ?? 0) + (connections[1] ?? 0)).be.belowOrEqual(6);
    await closeAll();
    await real.stop();
  });
});
