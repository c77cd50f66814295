import { performance } from 'node:perf_hooks';
import should from 'should';
import { openReconnecting, type State } from '../../../cloud/transport/reconnect';
import { until } from '../../support/events';
import { type ScriptedBroker, startScriptedBroker } from '../../support/scripted-broker';
import { clientOptions } from './harness';

describe('transport: reconnecting', () => {
  let broker: ScriptedBroker;
  beforeEach(async () => {
    broker = await startScriptedBroker();
  });
  afterEach(() => broker.stop());

  function start(onConnected = () => Promise.resolve(), delay = 10) {
    const states: State[] = [];
    const options = { ...clientOptions(broker), connectTimeout: 5_000, receiveMaximum: 100 };
    const connection = openReconnecting(
      { ...options, protocol: '5', retryDelay: () => delay },
      {
        onConnected,
        onMessage: () => undefined,
        onNoSubscribers: () => undefined,
        onDisconnected: () => false,
        onState: (state) => states.push(state),
      },
    );
    return { connection, kinds: () => states.map(({ is }) => is) };
  }
  const deadline = () => performance.now() + 2_000;

  it('goes through its states in order, and is connected once the subscriptions are there', async () => {
    let subscribed: () => void = () => undefined;
    const { connection, kinds } = start(() => new Promise((resolve) => (subscribed = resolve)));
    await broker.packet('connect');
    should(kinds()).deepEqual(['connecting']);
    await until(
      () => {
        subscribed();
        return connection.state.is === 'connected';
      },
      5000,
      'the connection',
    );
    broker.current.destroy();
    await broker.packet('connect', 2);
    should(kinds()).deepEqual(['connecting', 'connected', 'waiting', 'connecting']);
    await connection.close(false, deadline());
    should(connection.state).deepEqual({ is: 'closed' });
  });

  it('closed while it waits, it does not connect again', async () => {
    const { connection, kinds } = start(undefined, 3_600_000);
    await until(() => connection.state.is === 'connected', 5000, 'the connection');
    broker.current.destroy();
    await until(() => connection.state.is === 'waiting', 5000, 'the end');
    await connection.close(false, deadline());
    should(kinds().slice(-2)).deepEqual(['waiting', 'closed']);
    should(broker.packets('connect').length).equal(1);
  });
});
