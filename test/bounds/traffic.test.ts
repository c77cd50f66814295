import { monitorEventLoopDelay } from 'node:perf_hooks';
import should from 'should';
import { formatTopic } from '../../cloud';
import { attributesOf, DEVICE, KEY, openConnected, recordingListener } from '../cloud/transport/harness';
import { withBroker } from '../cloud/transport/with-broker';
import { until } from '../support/events';
import type { ScriptedBroker } from '../support/scripted-broker';
import { figure, inMB, MB, used } from './heap';

describe('bounds of traffic', function () {
  this.timeout(60_000);
  let broker: ScriptedBroker;
  withBroker((started) => {
    broker = started;
  });

  it('10,000 commands in flight: each gets its own reply, nothing is left over', async function () {
    const COUNT = 10_000;
    const commands: Buffer[] = [];
    broker.on.publish = (packet, connection) => {
      connection.answer(packet);
      if (packet.topic.endsWith('command_send')) commands.push(Buffer.from(packet.payload));
    };
    const { client } = await openConnected(broker, { queue: { limit: COUNT, expiry: 60_000, rate: 0 } });
    const listener = recordingListener({ channels: ['command_reply'], unshared: true });
    client.listen(listener);
    await until(() => Object.keys(client.details().filters).length === 1, 5000, 'the subscription');
    const before = used();
    const user = client.user();
    const options = { qos: 1, timeout: 60_000, listener } as const;
    const answers = Array.from({ length: COUNT }, (_, n) =>
      user.request(DEVICE, { method: 'count', params: { n }, id: user.commandId(DEVICE) }, options),
    );
    await until(() => commands.length === COUNT, 30_000, 'the commands');
    should(user.pending().commands).equal(COUNT);
    const held = used() - before;
    for (const command of commands.reverse()) {
      broker.current.deliver(formatTopic(KEY, DEVICE, 'command_reply'), command);
    }
    const numbers = (await Promise.all(answers)).map(({ reply }) => Object(reply.params).n);
    should(numbers).deepEqual(Array.from({ length: COUNT }, (_, n) => n));
    should(user.pending()).deepEqual({ queued: 0, commands: 0, held: 0 });
    should(client.counters.unmatchedReplies).equal(0);
    figure(this, `${inMB(held)} while in flight, the scripted broker's included`);
  });

  it('payloads of 1 MB arrive whole, and the event loop goes on between them (case 22)', async function () {
    const payload = JSON.stringify({
      rows: Array.from({ length: 8000 }, (_, n) => ({ n, text: 'x'.repeat(100) })),
    });
    should(payload.length).be.within(0.9 * MB, 1.2 * MB);
    const { client } = await openConnected(broker);
    const listeners = [recordingListener(), recordingListener(), recordingListener()];
    for (const listener of listeners) client.listen(listener);
    await until(() => Object.keys(client.details().filters).length === 1, 5000, 'the subscription');
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    for (let i = 1; i <= 10; i += 1) {
      broker.current.deliver(attributesOf(), payload);
      await until(() => listeners.every(({ messages }) => messages.length === i), 5000, 'the message');
    }
    delay.disable();
    for (const { messages } of listeners) should(Object(messages.at(-1)?.payload).rows.length).equal(8000);
    figure(
      this,
      `blocked for ${(delay.max / 1e6).toFixed(0)} ms at most, by broker and client in one process`,
    );
  });

  it('a burst of 10,000 messages of QoS 0 arrives, in order (case 52)', async () => {
    const { client } = await openConnected(broker);
    const listener = recordingListener({ qos: 0 });
    client.listen(listener);
    await until(() => Object.keys(client.details().filters).length === 1, 5000, 'the subscription');
    for (let n = 0; n < 10_000; n += 1)
      broker.current.deliver(attributesOf(), JSON.stringify({ n }), { qos: 0 });
    await until(() => listener.messages.length === 10_000, 20_000, 'the burst');
    should(listener.messages.every(({ payload }, n) => Object(payload).n === n)).be.true();
  });
});
