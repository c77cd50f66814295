import { mock } from 'node:test';
import should from 'should';
import { until } from '../../support/events';
import type { ScriptedBroker } from '../../support/scripted-broker';
import { close, DEVICE, open, openConnected } from './harness';
import { withBroker } from './with-broker';

const payload = Buffer.from('{"a":1}');
const COMMAND = { method: 'open', params: {}, id: 1 };
const LISTENER = {
  devices: [DEVICE],
  channels: ['command_reply' as const],
  streams: [],
  qos: 1 as const,
  unshared: true,
};
/** Clocks that stand until `pass` moves them: what a busy machine takes must not count. */
function standingClocks() {
  // Whole milliseconds: adding 60,000 to a fraction, and taking it off again, may give a little more.
  const [running, wall] = [Math.ceil(performance.now()), Date.now()];
  let passed = 0;
  mock.method(performance, 'now', () => running + passed);
  mock.method(Date, 'now', () => wall + passed);
  return {
    pass(ms: number) {
      passed += ms;
    },
  };
}

const queue = { limit: 10, expiry: 60_000, rate: 0 };

describe('transport: how long the broker may hold a message', () => {
  let broker: ScriptedBroker;
  withBroker((started) => {
    broker = started;
  });
  afterEach(() => mock.restoreAll());
  const expiries = () => broker.packets('publish').map(({ properties }) => properties?.messageExpiryInterval);

  for (const qos of [0, 1, 2] as const)
    it(`is what is left of its expiry, in whole seconds, at QoS ${qos}`, async () => {
      const { client } = await openConnected(broker, { queue });
      standingClocks();
      await client.user().push([DEVICE], payload, qos);
      await until(() => expiries().length === 1, 5000, 'the message');
      expiries().should.eql([60]);
    });

  it('is less for what has waited', async () => {
    const clocks = standingClocks();
    const { client } = open(broker, { queue: { ...queue, expiry: 3_400, rate: 1 } });
    const pushed = Promise.all([1, 2].map(() => client.user().push([DEVICE], payload, 1)));
    await until(() => expiries().length === 1, 5000, 'the first');
    clocks.pass(1_000);
    await pushed;
    expiries().should.eql([4, 3]); // a second later, by the rate
  });

  it('is no longer than a command waits for its reply, and a second at least', async () => {
    const { client } = await openConnected(broker, { queue });
    const user = client.user();
    const options = { qos: 1 as const, listener: LISTENER };
    client.listen(LISTENER);
    await until(() => Object.keys(client.details().filters).length === 1, 5000, 'the subscription');
    standingClocks();
    for (const timeout of [5_000, 40, 90_000])
      user.request(DEVICE, { ...COMMAND, id: timeout }, { ...options, timeout }).catch(() => undefined);
    await until(() => expiries().length === 3, 5000, 'the commands');
    expiries().should.eql([5, 1, 60]);
    await user.send(DEVICE, COMMAND, 1);
    should(expiries().at(-1)).equal(60);
  });

  it('is not sent with MQTT 3.1.1, which knows nothing of it', async () => {
    const { client } = await openConnected(broker, { protocol: '3.1.1' });
    await client.user().push([DEVICE], payload, 1);
    const [packet] = broker.packets('publish');
    should(packet?.payload.toString()).equal('{"a":1}');
    should(packet?.properties).be.undefined();
    await close(client);
  });
});
