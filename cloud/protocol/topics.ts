import { nameProblem } from './names';

/** What a project's devices send to applications. Source: MQTT API page, "MQTT 订阅主题". */
export const CHANNELS = ['attributes', 'event_report', 'command_reply', 'data', 'alarm', 'online'] as const;
export type Channel = (typeof CHANNELS)[number];

/** What applications send to devices. Source: MQTT API page, "MQTT 发布主题". */
export type OutChannel = 'attributes_push' | 'command_send';

export type Qos = 0 | 1 | 2;

export interface Topic {
  device: string;
  channel: Channel;
  /** Data stream identifier; on `data` only. */
  stream?: string;
}

/** Returns the constant instead of a substring of the topic, so that later look-ups need not hash it again. */
const channelOf = (level: string): Channel | undefined => CHANNELS.find((channel) => channel === level);

/** Whether `level` may stand as one level of a topic we publish or subscribe to; see {@link nameProblem}. */
export const isTopicLevel = (level: unknown): level is string => nameProblem(level) === undefined;

/** `open/<projectKey>/<device>/<channel>[/<stream>]`; `+` as device or stream makes it a filter. */
export function formatTopic(
  projectKey: string,
  device: string,
  channel: Channel | OutChannel,
  stream?: string,
): string {
  const topic = `open/${projectKey}/${device}/${channel}`;
  return stream === undefined ? topic : `${topic}/${stream}`;
}

/** Whether `topic` is one that this project publishes to, and valid. */
export function isOutTopic(projectKey: string, topic: string): boolean {
  const [open, key, device, channel, ...more] = topic.split('/');
  const known = channel === 'attributes_push' || channel === 'command_send';
  return open === 'open' && key === projectKey && isTopicLevel(device) && known && more.length === 0;
}

/** A parser of the topics one project receives; `undefined` for any other topic. */
export function topicParser(projectKey: string): (topic: string) => Topic | undefined {
  const prefix = `open/${projectKey}/`;
  return (topic) => {
    if (!topic.startsWith(prefix)) return undefined;
    const slash = topic.indexOf('/', prefix.length);
    if (slash <= prefix.length) return undefined;
    const device = topic.slice(prefix.length, slash);
    const rest = topic.slice(slash + 1);
    if (rest.startsWith('data/')) {
      const stream = rest.slice(5);
      return stream === '' || stream.includes('/') ? undefined : { device, channel: 'data', stream };
    }
    const channel = channelOf(rest);
    return channel === undefined || channel === 'data' ? undefined : { device, channel };
  };
}
