import should from 'should';
import { EztError } from '../../../cloud';
import { until, within } from '../../support/events';
import { needs } from '../../support/machine';
import { startMosquitto } from '../../support/mosquitto';
import type { ScriptedBroker } from '../../support/scripted-broker';
import { close, closeAll, connected, DEVICE, open, openConnected } from './harness';
import { withBroker } from './with-broker';

const payload = Buffer.from('{"a":1}');
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);
const code = (error: unknown) => (error instanceof EztError ? error.code : error);

describe('transport: publishing', () => {
  let broker: ScriptedBroker;
  withBroker((started) => {
    broker = started;
  });

  for (const [reason, text, label] of [
    [0x87, /not authorized \(0x87\)/, '(case 38)'],
    [0x97, /quota exceeded \(0x97\)/, '(case 38)'],
    [0x80, /\(0x80\)/, ''],
  ] as const) {
    it(`PUBACK 0x${reason.toString(16)} fails the message and keeps the connection ${label}`, async () => {
      broker.on.publish = ({ messageId = 0 }, connection) =>
        connection.send({ cmd: 'puback', messageId, reasonCode: reason });
      const { client } = await openConnected(broker);
      const push = client.user().push([DEVICE], payload, 1);
      await should(push).be.rejectedWith(text, { code: 'EZT_REFUSED' });
      should(connected(client)).be.ok();
      delete broker.on.publish;
      await client.user().push([DEVICE], payload, 1);
      broker.connections.length.should.equal(1);
      client.details().queued.should.equal(0);
    });
  }

  it('PUBREC 0x87 fails a message of QoS 2 (case 38)', async () => {
    broker.on.publish = ({ messageId = 0 }, connection) =>
      connection.send({ cmd: 'pubrec', messageId, reasonCode: 0x87 });
    const { client } = await openConnected(broker);
    await should(client.user().push([DEVICE], payload, 2)).be.rejectedWith({ code: 'EZT_REFUSED' });
    should(connected(client)).be.ok();
  });

  it('PUBACK 0x10 is success, counted, and warned of once: nobody listens there (case 39)', async () => {
    broker.on.publish = ({ messageId = 0 }, connection) =>
      connection.send({ cmd: 'puback', messageId, reasonCode: 0x10 });
    const warnings: string[] = [];
    const { client } = await openConnected(broker, { onWarning: ({ reason }) => warnings.push(reason) });
    for (const _ of upTo(3)) await client.user().push([DEVICE], payload, 1);
    client.counters.noSubscribers.should.equal(3);
    client.counters.acknowledged.should.equal(3);
    warnings.should.deepEqual(['noSubscribers']);
  });

  it('offline messages wait in order up to the limit, the rest is refused at once (case 40)', async () => {
    broker.on.connect = (_packet, connection) => connection.connack(0x88);
    const { client } = open(broker, { queue: { limit: 5, expiry: 60_000, rate: 0 } });
    const user = client.user();
    const outcomes = Promise.allSettled(upTo(8).map((n) => user.push([`DU_${n}`], payload, 1)));
    user.pending().queued.should.equal(5);
    delete broker.on.connect;
    const settled = await within(outcomes, 5000, 'all to be settled');
    settled
      .map((it) => (it.status === 'fulfilled' ? 'sent' : code(it.reason)))
      .should.deepEqual([...upTo(5).map(() => 'sent'), ...upTo(3).map(() => 'EZT_QUEUE_FULL')]);
    broker
      .packets('publish')
      .map(({ topic }) => topic.split('/')[2])
      .should.deepEqual(upTo(5).map((n) => `DU_${n}`));
  });

  it('a message that waits too long fails, and is never sent (case 40)', async () => {
    broker.on.connect = (_packet, connection) => connection.connack(0x88);
    const { client } = open(broker, { queue: { limit: 5, expiry: 100, rate: 0 } });
    const push = client.user().push([DEVICE], payload, 1);
    await should(within(push, 2000, 'its expiry')).be.rejectedWith({ code: 'EZT_EXPIRED' });
    delete broker.on.connect;
    await until(() => connected(client), 5000, 'the connection');
    await client.user().push(['DU_next'], payload, 1);
    broker.packets('publish').length.should.equal(1);
  });

  for (const [window, qos] of [
    [1, 1],
    [1, 2],
    [3, 1],
  ] as const) {
    it(`never more than the receive maximum ${window} unacknowledged, QoS ${qos} (case 41)`, async () => {
      let unacknowledged = 0;
      let most = 0;
      broker.on.connect = (_packet, connection) => connection.connack(0, { receiveMaximum: window });
      broker.on.publish = (packet, connection) => {
        unacknowledged += 1;
        most = Math.max(most, unacknowledged);
        setImmediate(() => {
          if (qos === 1) unacknowledged -= 1;
          connection.answer(packet);
        });
      };
      broker.on.pubrel = (packet, connection) => {
        unacknowledged -= 1;
        connection.answer(packet);
      };
      const { client } = await openConnected(broker);
      await Promise.all(upTo(100).map(() => client.user().push([DEVICE], payload, qos)));
      most.should.equal(window);
      broker.packets('publish').length.should.equal(100);
    });
  }

  it('a message that the broker announced to be too large fails here, and the connection stays (case 37)', async () => {
    broker.on.connect = (_packet, connection) => connection.connack(0, { maximumPacketSize: 200 });
    const { client } = await openConnected(broker);
    await should(client.user().push([DEVICE], Buffer.alloc(300), 1)).be.rejectedWith({ code: 'EZT_PAYLOAD' });
    await client.user().push([DEVICE], Buffer.alloc(100), 1);
    broker.connections.length.should.equal(1);
  });

  it('what is unacknowledged when the link drops is sent again, once, in order', async () => {
    broker.on.publish = () => undefined;
    const { client } = await openConnected(broker);
    const all = Promise.all(upTo(5).map((n) => client.user().push([`DU_${n}`], payload, 1)));
    await broker.packet('publish', 5);
    delete broker.on.publish;
    broker.current.destroy();
    await within(all, 5000, 'all to be acknowledged');
    broker
      .packets('publish', 2)
      .map(({ topic }) => topic.split('/')[2])
      .should.deepEqual(upTo(5).map((n) => `DU_${n}`));
  });

  it('a broker that reads nothing holds 10,000 messages of QoS 0 back without a warning (case 52)', async () => {
    const warnings: Error[] = [];
    const warned = (warning: Error) => warnings.push(warning);
    process.on('warning', warned);
    const { client } = await openConnected(broker, { queue: { limit: 10_000, expiry: 60_000, rate: 0 } });
    broker.current.pause();
    const big = Buffer.alloc(2000, 32);
    const outcomes = Promise.allSettled(upTo(11_000).map(() => client.user().push([DEVICE], big, 0)));
    client.details().queued.should.be.belowOrEqual(10_000);
    await within(close(client), 3000, 'it to close');
    const settled = await outcomes;
    const reasons = settled.map((it) => (it.status === 'fulfilled' ? 'sent' : String(code(it.reason))));
    reasons.filter((reason) => reason === 'EZT_QUEUE_FULL').length.should.be.belowOrEqual(1000);
    [...new Set(reasons)].sort().should.deepEqual(['EZT_CLOSED', 'EZT_QUEUE_FULL', 'sent']);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', warned);
    warnings.should.be.empty();
  });

  it('mosquitto denies a publish, and the connection stays (case 38)', async function () {
    needs(this, 'own-broker');
    const mosquitto = await startMosquitto();
    await mosquitto.deny('publish', `open/${mosquitto.key}/${DEVICE}/attributes_push`);
    const { client } = await openConnected(mosquitto);
    await should(client.user().push([DEVICE], payload, 1)).be.rejectedWith({ code: 'EZT_REFUSED' });
    await client.user().push(['DU_2'], payload, 1);
    mosquitto.accepted.should.equal(1);
    await closeAll();
    await mosquitto.stop();
  });
});
