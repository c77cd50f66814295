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
const queue = { limit: 10, expiry: 60_000, rate: 0 };

describe('transport: how long the broker may hold a message', () => {
  let broker: ScriptedBroker;
  withBroker((started) => {
    broker = started;
  });
  const expiries = () => broker.packets('publish').map(({ properties }) => properties?.messageExpiryInterval);

  for (const qos of [0, 1, 2] as const)
    it(`is what is left of its expiry, in whole seconds, at QoS ${qos}`, async () => {
      const { client } = await openConnected(broker, { queue });
      await client.user().push([DEVICE], payload, qos);
      await until(() => expiries().length === 1, 2000, 'the message');
      expiries().should.eql([60]);
    });

  it('is less for what has waited', async () => {
    const { client } = open(broker, { queue: { ...queue, expiry: 3_400, rate: 1 } });
    await Promise.all([1, 2].map(() => client.user().push([DEVICE], payload, 1)));
    const [first = 0, second = 0] = expiries();
    first.should.be.belowOrEqual(4);
    second.should.equal(first - 1); // a second later, by the rate
  });

  it('is no longer than a command waits for its reply, and a second at least', async () => {
    const { client } = await openConnected(broker, { queue });
    const user = client.user();
    const options = { qos: 1 as const, listener: LISTENER };
    client.listen(LISTENER);
    for (const timeout of [5_000, 40, 90_000])
      user.request(DEVICE, { ...COMMAND, id: timeout }, { ...options, timeout }).catch(() => undefined);
    await until(() => expiries().length === 3, 2000, 'the commands');
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
