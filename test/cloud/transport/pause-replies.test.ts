import { setTimeout as pause } from 'node:timers/promises';
import should from 'should';
import { formatTopic } from '../../../cloud';
import { until } from '../../support/events';
import type { ScriptedBroker } from '../../support/scripted-broker';
import { attributesOf, DEVICE, KEY, numbered, openConnected, recordingListener } from './harness';
import { withBroker } from './with-broker';

/** Long enough for a timeout that should not come to have come. */
const A_WHILE = 100;

describe('transport: while flows are deployed no command times out whose reply', () => {
  let broker: ScriptedBroker;
  withBroker((started) => {
    broker = started;
  });
  const command = { method: 'm', params: {}, id: 1 };
  const replies = () => recordingListener({ channels: ['command_reply'], unshared: true });
  const filters = (count: number, client: { details(): { filters: object } }) =>
    until(() => Object.keys(client.details().filters).length === count, 5000, `${count} filters`);

  it('is held back in the socket', async () => {
    const { client } = await openConnected(broker);
    const [listener, asking] = [recordingListener({ qos: 0 }), replies()];
    client.listen(listener);
    client.listen(asking);
    await filters(2, client);
    const options = { qos: 1, timeout: 2_000, listener: asking } as const;
    const asked = client.user().request(DEVICE, command, options);
    await broker.packet('publish');
    client.pause();
    for (let n = 0; n < 5_000; n += 1) broker.current.deliver(attributesOf(), numbered(n));
    broker.current.deliver(formatTopic(KEY, DEVICE, 'command_reply'), JSON.stringify(command));
    await until(() => client.counters.received >= 1_000, 5000, 'as much as is read');
    await pause(options.timeout + A_WHILE);
    client.resume();
    should((await asked).reply.id).equal(1);
  });

  it('is held back by the broker, since so much is unacknowledged', async () => {
    const { client } = await openConnected(broker);
    const [listener, asking] = [recordingListener(), replies()];
    client.listen(listener);
    client.listen(asking);
    await filters(2, client);
    const options = { qos: 1, timeout: 500, listener: asking } as const;
    const asked = client.user().request(DEVICE, command, options);
    await broker.packet('publish');
    client.pause();
    const count = 32; // all that EMQX sends before an acknowledgement
    for (let n = 0; n < count; n += 1) broker.current.deliver(attributesOf(), numbered(n));
    await until(() => client.counters.received === count, 5000, 'the messages');
    await pause(options.timeout + A_WHILE);
    client.resume();
    await broker.packet('puback', count);
    broker.current.deliver(formatTopic(KEY, DEVICE, 'command_reply'), JSON.stringify(command));
    should((await asked).reply.id).equal(1);
  });

  it('is still in the socket after that', async () => {
    const { client } = await openConnected(broker);
    const [listener, asking] = [recordingListener({ qos: 0 }), replies()];
    client.listen(listener);
    client.listen(asking);
    await filters(2, client);
    const options = { qos: 1, timeout: 500, listener: asking } as const;
    const asked = client.user().request(DEVICE, command, options);
    await broker.packet('publish');
    client.pause();
    for (let n = 0; n < 5_000; n += 1) broker.current.deliver(attributesOf(), numbered(n));
    broker.current.deliver(formatTopic(KEY, DEVICE, 'command_reply'), JSON.stringify(command));
    await until(() => client.counters.received >= 1_000, 5000, 'as much as is read');
    client.resume();
    // Timers come before sockets in the next turn of the event loop.
    for (const end = performance.now() + options.timeout; performance.now() < end; );
    should((await asked).reply.id).equal(1);
  });
});
