import should from 'should';
import { until, within } from '../../support/events';
import type { ScriptedBroker } from '../../support/scripted-broker';
import { connected, DEVICE, openConnected } from './harness';
import { withBroker } from './with-broker';

const payload = Buffer.from('{"a":1}');

describe('transport: publishing at QoS 2', () => {
  let broker: ScriptedBroker;
  withBroker((started) => {
    broker = started;
  });

  for (const protocol of ['5', '3.1.1'] as const) {
    const session = { clean: false, randomClientId: false, clientId: 'two', protocol };

    it(`MQTT ${protocol}: what a session holds half done is released before it is sent again`, async () => {
      broker.on.publish = () => undefined;
      const { client } = await openConnected(broker, session);
      const push = client.user().push([DEVICE], payload, 2);
      const { messageId: held } = await broker.packet('publish');
      delete broker.on.publish;
      broker.on.connect = (_packet, connection) => connection.connack(0, {}, true);
      broker.current.destroy();
      await within(push, 5000, 'the broker to acknowledge');
      const second = broker.received.filter(({ connection }) => connection === 2);
      const commands = second.map(({ packet }) => packet.cmd).filter((cmd) => /^pub/.test(cmd));
      commands.should.deepEqual(['pubrel', 'publish', 'pubrel']);
      const [released, done] = broker.packets('pubrel', 2).map(({ messageId }) => messageId);
      const [again] = broker.packets('publish', 2).map(({ messageId }) => messageId);
      should(released).equal(held);
      should(again).equal(done);
      should(again).not.equal(held); // the broker would take it for the first
    });

    it(`MQTT ${protocol}: nothing is released where the session is new`, async () => {
      broker.on.publish = () => undefined;
      const { client } = await openConnected(broker, session);
      const push = client.user().push([DEVICE], payload, 2);
      await broker.packet('publish');
      delete broker.on.publish;
      broker.current.destroy();
      await within(push, 5000, 'the broker to acknowledge');
      broker.packets('pubrel', 2).length.should.equal(1);
    });
  }

  it('a PUBREC that comes twice is answered twice', async () => {
    broker.on.publish = ({ messageId = 0 }, connection) => {
      connection.send({ cmd: 'pubrec', messageId });
      connection.send({ cmd: 'pubrec', messageId });
    };
    broker.on.pubrel = (packet, connection) => {
      if (broker.packets('pubrel').length === 2) connection.answer(packet);
    };
    const { client } = await openConnected(broker);
    await within(client.user().push([DEVICE], payload, 2), 5000, 'the broker to acknowledge');
    should(connected(client)).be.ok();
    broker.connections.length.should.equal(1);
  });

  it('PUBREC 0x10 is success, and counted', async () => {
    broker.on.publish = ({ messageId = 0 }, connection) =>
      connection.send({ cmd: 'pubrec', messageId, reasonCode: 0x10 });
    const { client } = await openConnected(broker);
    await client.user().push([DEVICE], payload, 2);
    client.counters.noSubscribers.should.equal(1);
  });

  it('what the broker has said that it does not take fails here, and the connection stays', async () => {
    broker.on.connect = (_packet, connection) => connection.connack(0, { maximumQoS: 1 });
    const { client } = await openConnected(broker);
    const push = client.user().push([DEVICE], payload, 2);
    await should(push).be.rejectedWith(/QoS not supported \(0x9B\)/, { code: 'EZT_REFUSED' });
    await client.user().push([DEVICE], payload, 1);
    broker.packets('publish').length.should.equal(1);
    broker.connections.length.should.equal(1);
  });

  it('a broker that answers QoS 2 with PUBACK is left, and the message sent again', async () => {
    broker.on.publish = ({ messageId = 0 }, connection) => {
      connection.send({ cmd: 'puback', messageId });
      delete broker.on.publish;
    };
    const { client } = await openConnected(broker);
    const push = client.user().push([DEVICE], payload, 2);
    await until(() => broker.connections.length === 2, 5000, 'the next connection');
    await within(push, 10_000, 'the broker to acknowledge');
  });
});
