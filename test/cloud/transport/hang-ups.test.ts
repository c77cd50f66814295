import should from 'should';
import { EztError, formatTopic } from '../../../cloud';
import { until, within } from '../../support/events';
import type { Connection, PacketOf, ScriptedBroker } from '../../support/scripted-broker';
import { connected, KEY, openConnected, recordingListener } from './harness';
import { withBroker } from './with-broker';

const payload = Buffer.from('{"a":1}');
const FIXED = { randomClientId: false, clientId: 'fixed', clean: false };
const to = (device: string) => formatTopic(KEY, device, 'attributes_push');
const numbered = Array.from({ length: 20 }, (_, n) => `DU_${n}`);

describe('transport: a broker that hangs up on what it does not like (deny_action = disconnect)', () => {
  let broker: ScriptedBroker;
  withBroker((started) => {
    broker = started;
  });

  const hangUp = (connection: Connection, protocol: string) =>
    protocol === '5' ? connection.close(0x87) : connection.destroy();
  const outcome = (push: Promise<unknown>) =>
    push.then(
      () => 'sent',
      (error: unknown) => (error instanceof EztError ? error.code : error),
    );

  for (const protocol of ['5', '3.1.1'] as const) {
    for (const [id, session] of [
      ['a random client id', {}],
      ['a fixed one', FIXED],
    ] as const) {
      it(`one PUBLISH is set aside after the second time, the others go out: MQTT ${protocol}, ${id}`, async () => {
        const denied = to('DU_denied');
        let dead = 0;
        broker.on.publish = (packet, connection) => {
          if (!connection.open || connection.silent) return;
          if (packet.topic !== denied) return connection.answer(packet);
          dead += 1;
          connection.silent = true;
          hangUp(connection, protocol);
        };
        const it = await openConnected(broker, { ...session, protocol });
        const bad = outcome(it.client.user().push(['DU_denied'], payload, 1));
        const good = Promise.all(
          numbered.map((device) => outcome(it.client.user().push([device], payload, 1))),
        );
        should(await within(bad, 10_000, 'the culprit to be known')).equal('EZT_REFUSED');
        should(new Set(await within(good, 10_000, 'the others'))).deepEqual(new Set(['sent']));
        dead.should.equal(2);
        broker.connections.length.should.equal(3);
        it.retries.every(({ slow }) => !slow).should.be.true();
        should(connected(it.client)).be.ok();
      });
    }
  }

  it('many denied ones neither lengthen the delay between attempts nor are taken for another client', async () => {
    const denied = new Set(['DU_2', 'DU_3', 'DU_7', 'DU_11', 'DU_19'].map(to));
    broker.on.publish = (packet, connection) => {
      if (connection.silent) return;
      if (!denied.has(packet.topic)) return connection.answer(packet);
      connection.silent = true;
      connection.close(0x87);
    };
    const { client, retries } = await openConnected(broker, FIXED);
    const all = numbered.map((device) => outcome(client.user().push([device], payload, 1)));
    const outcomes = await within(Promise.all(all), 10_000, 'all to be settled');
    outcomes.filter((one) => one === 'EZT_REFUSED').length.should.equal(5);
    outcomes.filter((one) => one === 'sent').length.should.equal(15);
    Math.max(...retries.map(({ attempt }) => attempt)).should.be.belowOrEqual(2);
    retries.some(({ slow }) => slow).should.be.false();
  });

  it('says what to look at, and the reason of DISCONNECT is in the state', async () => {
    broker.on.publish = (_packet, connection) => {
      if (connection.protocolVersion === 5)
        connection.send({ cmd: 'disconnect', reasonCode: 0x87, properties: { reasonString: 'rule 7' } });
      connection.close();
    };
    const it = await openConnected(broker);
    const push = should(it.client.user().push(['DU_1'], payload, 1)).be.rejectedWith(/access rules/, {
      reason: 'hungUp',
    });
    await within(push, 5000, 'the refusal');
    const details = it.states.flatMap((state) => (state.is === 'waiting' ? [state.refusal.detail] : []));
    details[0]?.should.equal('not authorized (0x87): rule 7');
  });

  it('one filter is refused after a while, the others are had', async () => {
    const alarms = formatTopic(KEY, '+', 'alarm');
    broker.on.subscribe = (packet: PacketOf<'subscribe'>, connection) => {
      if (packet.subscriptions.some(({ topic }) => topic === alarms)) connection.close(0x87);
      else connection.answer(packet);
    };
    const { client, states } = await openConnected(broker, FIXED);
    const listeners = (['attributes', 'alarm', 'online'] as const).map((channel) =>
      recordingListener({ channels: [channel] }),
    );
    for (const listener of listeners) client.listen(listener);
    const [, alarm] = listeners;
    if (!alarm) throw new Error('three');
    await until(() => client.refusalOf(alarm) === 0x87 && connected(client), 10_000, 'the refusal');
    Object.keys(client.details().filters).length.should.equal(2);
    const before = broker.connections.length;
    before.should.be.belowOrEqual(5);
    states.some((state) => state.is === 'waiting' && state.refusal.trouble === 'takenOver').should.be.false();
    await client.user().push(['DU_1'], payload, 1);
    broker.connections.length.should.equal(before);
  });

  it('a SUBACK with a reason code that nobody knows does not cost connection after connection', async () => {
    broker.on.subscribe = ({ messageId = 0 }, connection) =>
      connection.raw([0x90, 4, messageId >> 8, messageId & 255, 0, 0xee]);
    const { client } = await openConnected(broker);
    const all = recordingListener();
    client.listen(all);
    await until(() => client.refusalOf(all) !== undefined && connected(client), 10_000, 'the refusal');
    broker.connections.length.should.be.belowOrEqual(4);
  });

  it('a burst that starves its own PINGREQ goes out in the end: the window is small and grows', async () => {
    // It takes 100 bytes a message, 20 messages a second, and hangs up when PINGREQ waits behind more than ten.
    let backlog = 0;
    const queue: (() => void)[] = [];
    const reader = setInterval(() => queue.shift()?.(), 5);
    broker.on.publish = (packet, connection) => {
      backlog += 1;
      if (backlog > 10) {
        queue.length = 0;
        backlog = 0;
        connection.silent = true;
        return connection.close(0x8d);
      }
      queue.push(() => {
        backlog -= 1;
        connection.answer(packet);
      });
    };
    const { client } = await openConnected(broker);
    const pushes = Array.from({ length: 60 }, (_, n) => outcome(client.user().push([`DU_${n}`], payload, 1)));
    const outcomes = await within(Promise.all(pushes), 10_000, 'all sixty');
    clearInterval(reader);
    new Set(outcomes).should.eql(new Set(['sent']));
    broker.connections.length.should.be.belowOrEqual(5);
  });
});
