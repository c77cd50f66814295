import should from 'should';
import type { ScriptedBroker } from '../../support/scripted-broker';
import { runTest, shouldFail, startsBrokers } from './connection-tests';
import { KEY } from './harness';

describe('transport: testing a connection, what the broker answers', () => {
  const start = startsBrokers();

  for (const [code, reason] of [
    [0x86, 'credentials'],
    [0x87, 'unauthorized'],
    [0x8a, 'banned'],
    [0x88, 'busy'],
  ] as const) {
    it(`CONNACK 0x${code.toString(16)} fails at the credentials: ${reason}`, async () => {
      const broker = await start({ on: { connect: (_packet, connection) => connection.connack(code) } });
      shouldFail(await runTest(broker), 'credentials', reason);
      broker.packets('connect').length.should.equal(1);
    });
  }

  it('a broker that never answers CONNECT fails at the credentials, in time', async () => {
    const broker = await start({ on: { connect: () => undefined } });
    shouldFail(await runTest(broker, { timeout: 500 }), 'credentials', 'timeout');
  });

  it('an upgrade that is refused fails at the credentials and is named', async () => {
    const broker = await start({ transport: 'wss', refuseUpgrade: 403 });
    const steps = await runTest(broker);
    shouldFail(steps, 'credentials', 'upgrade');
    should(steps.at(-1)?.detail).match(/403/);
  });

  for (const [how, refuse] of [
    ['with CONNACK 0x84', (connection: ScriptedBroker['current']) => connection.connack(0x84)],
    ['by hanging up', (connection: ScriptedBroker['current']) => connection.destroy()],
  ] as const) {
    it(`a broker that refuses MQTT 5 ${how} is tried with 3.1.1, unless 5 is asked for`, async () => {
      const broker = await start({
        on: {
          connect: (packet, connection) =>
            packet.protocolVersion === 5 ? refuse(connection) : connection.answer(packet),
        },
      });
      const steps = await runTest(broker);
      should(steps[3]).have.properties({ ok: true, detail: 'MQTT 3.1.1' });
      should(steps[4]?.ok).be.true();
      should((await runTest(broker, { protocol: '5' })).at(-1)).have.properties({
        step: 'credentials',
        ok: false,
      });
    });
  }

  it('filters that are refused fail at the subscription, by name and code', async () => {
    const broker = await start({
      on: {
        subscribe: ({ messageId = 0, subscriptions }, connection) => {
          const granted = subscriptions.map(({ topic }) => (topic.endsWith('alarm') ? 0x87 : 0));
          connection.send({ cmd: 'suback', messageId, granted });
        },
      },
    });
    const steps = await runTest(broker);
    shouldFail(steps, 'subscription', 'subscription');
    should(steps.at(-1)?.detail).equal(`0x87 open/${KEY}/+/alarm`);
  });

  for (const [code, reason] of [
    [0x97, 'quota'],
    [0x9e, 'noShared'],
    [0xa2, 'noWildcards'],
    [0x80, 'subscription'],
  ] as const) {
    it(`SUBACK 0x${code.toString(16)} fails at the subscription: ${reason}`, async () => {
      const broker = await start({
        on: {
          subscribe: ({ messageId = 0, subscriptions }, connection) =>
            connection.send({ cmd: 'suback', messageId, granted: subscriptions.map(() => code) }),
        },
      });
      shouldFail(await runTest(broker), 'subscription', reason);
    });
  }

  for (const [flag, group, reason] of [
    ['sharedSubscriptionAvailable', 'g', 'noShared'],
    ['wildcardSubscriptionAvailable', '', 'noWildcards'],
    ['wildcardSubscriptionAvailable', 'g', 'noWildcards'],
  ] as const) {
    it(`CONNACK with ${flag} 0 fails at the subscription${group && ' of a group'}: ${reason}`, async () => {
      const broker = await start({
        on: { connect: (_packet, connection) => connection.connack(0, { [flag]: false }) },
      });
      shouldFail(await runTest(broker, { group, protocol: '5' }), 'subscription', reason);
      broker.packets('subscribe').should.be.empty();
    });
  }

  it('shared subscriptions that are unavailable do not matter without a group', async () => {
    const broker = await start({
      on: { connect: (_packet, it) => it.connack(0, { sharedSubscriptionAvailable: false }) },
    });
    should((await runTest(broker)).at(-1)).have.properties({ step: 'subscription', ok: true });
  });

  it('with a group, shared filters are tested, and its members lose no message to the test', async () => {
    const broker = await start({
      on: {
        subscribe: ({ messageId = 0, subscriptions }, connection) => {
          const granted = subscriptions.map(({ topic }) => (topic.startsWith('$share/') ? 0x9e : 0));
          connection.send({ cmd: 'suback', messageId, granted });
        },
      },
    });
    shouldFail(await runTest(broker, { group: 'g', protocol: '5' }), 'subscription', 'noShared');
    const filters = broker.packets('subscribe').flatMap(({ subscriptions }) => subscriptions);
    filters.length.should.equal(6);
    for (const { topic } of filters) {
      topic.should.match(/^\$share\/g[^/]+\/open\/PR_laboratory\/\+\//);
    }
  });

  it('a broker that never answers SUBSCRIBE, or hangs up on it, fails at the subscription, in time', async () => {
    const broker = await start({ on: { subscribe: () => undefined } });
    shouldFail(await runTest(broker, { timeout: 500 }), 'subscription', 'timeout');
    broker.on.subscribe = (_packet, connection) => connection.destroy();
    shouldFail(await runTest(broker), 'subscription', 'lost');
  });
});
