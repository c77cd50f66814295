/** Access rules of both brokers. Source: the platform's broker configuration. */

/**
 * Whether a project user may publish to a topic, or subscribe to a filter: whatever `open/<projectKey>/+/+` and
 * `open/<projectKey>/+/data/+` cover. `#` is covered by neither.
 */
export function applicationAccess(projectKey: string): (topic: string) => boolean {
  return (topic) => {
    const [root, key, device, channel, stream, ...rest] = topic.split('/');
    return (
      root === 'open' &&
      key === projectKey &&
      device !== '#' &&
      channel !== undefined &&
      channel !== '#' &&
      (stream === undefined || (channel === 'data' && stream !== '#')) &&
      rest.length === 0
    );
  };
}

/** What a device sends; `data` has the stream's identifier as a third level. */
export const UP_CHANNELS = ['attributes', 'event_report', 'command_reply', 'data', 'attributes_get'] as const;
export type UpChannel = (typeof UP_CHANNELS)[number];

/** What the platform sends to a device. */
export const DOWN_CHANNELS = [
  'attributes_push',
  'command_send',
  'data_set',
  'attributes_response',
  'event_response',
  'attributes_get_response',
] as const;
export type DownChannel = (typeof DOWN_CHANNELS)[number];

/** `<channel>/<username>[/<stream>]` taken apart; `undefined` when it isn't this device's, or no such channel. */
export function deviceTopic<Channel extends string>(
  channels: readonly Channel[],
  username: string,
  topic: string,
): { channel: Channel; stream?: string } | undefined {
  const [name, device, stream, ...rest] = topic.split('/');
  const channel = channels.find((known) => known === name);
  if (channel === undefined || device !== username || rest.length > 0 || stream === '#') return undefined;
  const streamed = channel === 'data' || channel === 'data_set';
  if (streamed !== (stream !== undefined) || stream === '') return undefined;
  return stream === undefined ? { channel } : { channel, stream };
}
