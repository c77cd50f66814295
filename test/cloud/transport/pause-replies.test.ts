import { setTimeout as pause } from 'node:timers/promises';
import should from 'should';
import { type Client, formatTopic } from '../../../cloud';
import { until } from '../../support/events';
import type { ScriptedBroker } from '../../support/scripted-broker';
import { askedAndPaused, COMMAND } from './asking';
import { attributesOf, DEVICE, KEY, numbered } from './harness';
import { withBroker } from './with-broker';

/** Long enough for a timeout that should not come to have come. */
const A_WHILE = 100;

describe('transport: while flows are deployed no command times out whose reply', () => {
  let broker: ScriptedBroker;
  withBroker((started) => {
    broker = started;
  });
  const reply = () =>
    broker.current.deliver(formatTopic(KEY, DEVICE, 'command_reply'), JSON.stringify(COMMAND));
  /** More than is read while paused, and the reply behind it; resolves when no more is read. */
  async function fillSocket(client: Client) {
    for (let n = 0; n < 5_000; n += 1) broker.current.deliver(attributesOf(), numbered(n));
    reply();
    await until(() => client.counters.received >= 1_000, 5000, 'as much as is read');
  }

  it('is held back in the socket', async () => {
    const timeout = 2_000;
    const { client, asked } = await askedAndPaused(broker, { qos: 0, timeout });
    await fillSocket(client);
    await pause(timeout + A_WHILE);
    client.resume();
    should((await asked).reply.id).equal(1);
  });

  it('is held back by the broker, since so much is unacknowledged', async () => {
    const timeout = 500;
    const { client, asked } = await askedAndPaused(broker, { qos: 1, timeout });
    const count = 32; // all that EMQX sends before an acknowledgement
    for (let n = 0; n < count; n += 1) broker.current.deliver(attributesOf(), numbered(n));
    await until(() => client.counters.received === count, 5000, 'the messages');
    await pause(timeout + A_WHILE);
    client.resume();
    await broker.packet('puback', count);
    reply();
    should((await asked).reply.id).equal(1);
  });

  it('is still in the socket after that', async () => {
    const timeout = 500;
    const { client, asked } = await askedAndPaused(broker, { qos: 0, timeout });
    await fillSocket(client);
    client.resume();
    // Timers come before sockets in the next turn of the event loop.
    for (const end = performance.now() + timeout; performance.now() < end; );
    should((await asked).reply.id).equal(1);
  });
});
