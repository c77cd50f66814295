import { mock } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import should from 'should';
import { formatTopic, type ValueMessage } from '../../../cloud';
import { until } from '../../support/events';
import type { ScriptedBroker } from '../../support/scripted-broker';
import { COMMAND, filters, replies } from './asking';
import {
  attributesOf,
  close,
  DEVICE,
  KEY,
  numbered,
  numbers,
  openConnected,
  recordingListener,
  upTo,
} from './harness';
import { withBroker } from './with-broker';

/** Long enough for a packet that should not come to have come. */
const A_WHILE = 100;

describe('transport: while flows are deployed', () => {
  let broker: ScriptedBroker;
  withBroker((started) => {
    broker = started;
  });

  it('a command gives up no filter of a node that is being replaced', async () => {
    const { client } = await openConnected(broker);
    const [leaving, asking] = [recordingListener(), replies()];
    client.listen(leaving);
    client.listen(asking);
    await filters(2, client);
    client.pause();
    client.unlisten(leaving);
    const options = { qos: 1, timeout: 5000, listener: asking } as const;
    const answered = client.user().request(DEVICE, COMMAND, options);
    await broker.packet('publish');
    broker.current.deliver(formatTopic(KEY, DEVICE, 'command_reply'), JSON.stringify(COMMAND));
    await pause(A_WHILE);
    should(broker.packets('unsubscribe')).deepEqual([]);
    client.resume();
    await broker.packet('unsubscribe');
    await answered;
  });

  it('a command that waits for its subscription is settled when its node goes, and never sent', async () => {
    const { client } = await openConnected(broker);
    broker.on.subscribe = () => undefined;
    const listener = replies();
    client.listen(listener);
    const user = client.user();
    const failed = user.request(DEVICE, COMMAND, { qos: 1, timeout: 5000, listener });
    const outcome = failed.then(
      () => 'answered',
      (error: { code: string }) => error.code,
    );
    const subscribe = await broker.packet('subscribe');
    client.pause();
    await user.close(100);
    (await outcome).should.equal('EZT_CLOSED');
    broker.current.answer(subscribe);
    await filters(1, client);
    await pause(A_WHILE);
    should(broker.packets('publish')).deepEqual([]);
  });

  it('what came in the turn in which it begins is acknowledged when it is over', async () => {
    const { client } = await openConnected(broker);
    const listener = recordingListener({}, () => client.pause());
    client.listen(listener);
    await filters(1, client);
    for (const n of [1, 2, 3]) broker.current.deliver(attributesOf(), numbered(n));
    await until(() => listener.messages.length === 1, 5000, 'the first');
    await pause(A_WHILE);
    should([numbers(listener), broker.packets('puback').length]).deepEqual([[1], 0]);
    Object.assign(listener.receiver ?? {}, {
      onMessage: (message: ValueMessage) => listener.messages.push(message),
    });
    client.resume();
    await broker.packet('puback', 3);
    should(numbers(listener)).deepEqual([1, 2, 3]);
  });

  it('a reply settles its command at once, and the flow gets it afterwards', async () => {
    const { client } = await openConnected(broker);
    const heard = replies();
    client.listen(heard);
    await filters(1, client);
    client.pause();
    const options = { qos: 1, timeout: 500, listener: heard } as const;
    const asked = client.user().request(DEVICE, COMMAND, options);
    await broker.packet('publish');
    const before = Date.now();
    broker.current.deliver(formatTopic(KEY, DEVICE, 'command_reply'), JSON.stringify(COMMAND));
    should((await asked).reply.id).equal(1);
    const answered = Date.now();
    should(heard.messages).deepEqual([]);
    await pause(A_WHILE);
    client.resume();
    const [message] = heard.messages;
    should(heard.messages.length).equal(1);
    should(message?.timestamp).be.within(before, answered); // of receipt, not of hand-over
    should(client.counters.unmatchedReplies).equal(0);
  });

  it('what it pushed itself is known afterwards, however long that took', async () => {
    const { client } = await openConnected(broker);
    const listener = recordingListener();
    client.listen(listener);
    await filters(1, client);
    await client.user().push([DEVICE], Buffer.from(numbered(1)), 1);
    client.pause();
    broker.current.deliver(attributesOf(), numbered(1));
    await until(() => client.counters.received === 1, 5000, 'the echo');
    const real = performance.now.bind(performance);
    const later = mock.method(performance, 'now', () => real() + 20_000);
    client.resume();
    later.mock.restore();
    should(listener.messages).match([{ own: true }]);
  });

  it('who has left gets nothing more, also of what came before', async () => {
    const { client } = await openConnected(broker);
    const [leaving, staying] = [recordingListener(), recordingListener()];
    client.listen(leaving);
    client.listen(staying);
    await filters(1, client);
    client.pause();
    broker.current.deliver(attributesOf(), numbered(1));
    await until(() => client.counters.received === 1, 5000, 'the message');
    client.unlisten(leaving);
    client.resume();
    should([numbers(leaving), numbers(staying)]).deepEqual([[], [1]]);
  });

  it('what is beyond a bound stays in the socket, on a connection that lives on', async () => {
    const { client, states } = await openConnected(broker, { keepalive: 1 });
    const listener = recordingListener({ qos: 0 });
    client.listen(listener);
    await filters(1, client);
    client.pause();
    const count = 20_000;
    const filling = 'x'.repeat(1000);
    for (let n = 0; n < count; n += 1) broker.current.deliver(attributesOf(), JSON.stringify({ n, filling }));
    const { stream } = broker.current;
    const pings = broker.packets('pingreq').length;
    await broker.packet('pingreq', pings + 4, 10_000); // twice the time in which an answer is due
    should(client.counters.received).be.within(1_000, 5_000);
    should(stream.writableLength).be.above(0);
    client.resume();
    await until(() => listener.messages.length === count, 10_000, 'all messages');
    should(numbers(listener)).deepEqual(upTo(count));
    should([client.counters.connections, states.at(-1)?.is]).deepEqual([1, 'connected']);
  });

  it('it is not acknowledged when the connection ends with it, so that the broker sends it again', async () => {
    const { client } = await openConnected(broker, { clean: false });
    const listener = recordingListener({}, () => client.pause());
    client.listen(listener);
    await filters(1, client);
    broker.current.deliver(attributesOf(), numbered(1));
    await until(() => listener.messages.length === 1, 5000, 'the message');
    await close(client);
    await broker.packet('disconnect');
    should(broker.packets('puback')).deepEqual([]);
  });
});
