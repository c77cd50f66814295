import type { Client } from '../../../cloud';
import { until } from '../../support/events';
import type { ScriptedBroker } from '../../support/scripted-broker';
import { DEVICE, openConnected, recordingListener } from './harness';

export const COMMAND = { method: 'm', params: {}, id: 1 };

/** A listener to the replies of every device, as ezt-command-out adds it. */
export const replies = () => recordingListener({ channels: ['command_reply'], unshared: true });

/** Resolves when `client` holds `count` topic filters. */
export const filters = (count: number, client: Client) =>
  until(() => Object.keys(client.details().filters).length === count, 5000, `${count} filters`);

/**
 * A client that has sent COMMAND, hears attributes of `qos`, and is paused while the reply is awaited for `timeout`
 * milliseconds.
 */
export async function askedAndPaused(
  broker: ScriptedBroker,
  { qos, timeout }: { qos: 0 | 1; timeout: number },
) {
  const { client } = await openConnected(broker);
  const listener = replies();
  client.listen(recordingListener({ qos }));
  client.listen(listener);
  await filters(2, client);
  const asked = client.user().request(DEVICE, COMMAND, { qos: 1, timeout, listener });
  await broker.packet('publish');
  client.pause();
  return { client, asked };
}
