import { nameProblem } from './names';

/** What a project's devices send to applications. Source: MQTT API page, "MQTT 订阅主题". */
export const CHANNELS = ['attributes', 'event_report', 'command_reply', 'data', 'alarm', 'online'] as const;
export type Channel = (typeof CHANNELS)[number];

/** What applications send to devices. Source: MQTT API page, "MQTT 发布主题". */
export type OutChannel = 'attributes_push' | 'command_send';

export type Qos = 0 | 1 | 2;

export interface Topic {
  readonly device: string;
  readonly channel: Channel;
  /** Data stream identifier; on `data` only. */
  readonly stream?: string;
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

/** So many topics are remembered with what they mean, some 1 MB: devices use the same few again and again. */
const REMEMBERED = 4_096;
const LONGEST_REMEMBERED = 256;

/**
 * A parser of the topics one project receives; `undefined` for any other topic. It answers a topic that it remembers with
 * the same object, whose texts have been hashed already: what is looked up by them later is found sooner.
 */
export function topicParser(projectKey: string): (topic: string) => Topic | undefined {
  const prefix = `open/${projectKey}/`;
  const remembered = new Map<string, Topic>();
  return (topic) => {
    const found = remembered.get(topic);
    if (found) return found;
    const parsed = parse(prefix, topic);
    if (parsed && topic.length <= LONGEST_REMEMBERED) {
      if (remembered.size === REMEMBERED) remembered.clear();
      remembered.set(topic, parsed);
    }
    return parsed;
  };
}

function parse(prefix: string, topic: string): Topic | undefined {
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
}
