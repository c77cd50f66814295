import type { Qos, Topic } from '../protocol/topics';

/** Topic filters, each with the QoS to ask for. */
export type Filters = Map<string, Qos>;

/**
 * Filters are planned as patterns, the part after `open/<projectKey>/`: `+/alarm`, `DU_1/alarm`,
 * `+/data/+`, `+/data/s1`, `DU_1/data/+`, `DU_1/data/s1`. For one topic at most one pattern of each kind matches.
 */
export type Pattern = string;
const EVERY_STREAM = '+/data/+';

/** The patterns that contain `pattern`, widest first, itself last. */
export function containing(pattern: Pattern): Pattern[] {
  const [device = '', channel = '', stream] = pattern.split('/');
  const candidates =
    stream === undefined
      ? [`+/${channel}`, pattern]
      : [EVERY_STREAM, `+/data/${stream}`, `${device}/data/+`, pattern];
  return [...new Set(candidates)];
}

/**
 * The smallest set of patterns that covers what is `wanted` without overlaps: a broker sends one copy for each
 * subscription that matches. Patterns that the broker refuses are left out, so single devices still get their
 * messages when a wildcard is refused. In one case the set covers more than is wanted: when one stream of every
 * device and every stream of one device are wanted, which overlap, it has every stream of every device.
 */
export function leastCover(
  wanted: ReadonlyMap<Pattern, Qos>,
  refused: (pattern: Pattern) => boolean,
): Filters {
  const allowed = new Map([...wanted].filter(([pattern]) => !refused(pattern)));
  const patterns = [...allowed.keys()];
  const ofEveryDevice = patterns.some((pattern) => pattern.startsWith('+/data/'));
  if (ofEveryDevice && patterns.some((pattern) => pattern.endsWith('/data/+'))) {
    if (!refused(EVERY_STREAM)) allowed.set(EVERY_STREAM, allowed.get(EVERY_STREAM) ?? 0);
    else for (const pattern of patterns) if (pattern.endsWith('/data/+')) allowed.delete(pattern);
  }
  const least: Filters = new Map();
  for (const [pattern, qos] of allowed) {
    const widest = containing(pattern).find((candidate) => allowed.has(candidate)) ?? pattern;
    const asked = least.get(widest) ?? 0;
    if (qos >= asked) least.set(widest, qos);
  }
  return least;
}

/** The kinds of patterns that match a topic: the last four for `data`, the first two for other channels. */
const KINDS: readonly ((topic: Topic) => Pattern)[] = [
  ({ channel }) => `+/${channel}`,
  ({ device, channel }) => `${device}/${channel}`,
  () => EVERY_STREAM,
  ({ stream }) => `+/data/${stream}`,
  ({ device }) => `${device}/data/+`,
  ({ device, stream }) => `${device}/data/${stream}`,
];
const SHARED = 8;

/** Every pattern that matches `topic`. */
export function matching(topic: Topic): Pattern[] {
  return (topic.stream === undefined ? KINDS.slice(0, 2) : KINDS.slice(2)).map((kind) => kind(topic));
}

/**
 * The subscription identifier of a filter (MQTT 5 §3.8.2.1.2): 1 … 6 by kind of pattern, 8 more when it is
 * shared. Together with the topic of a received copy it identifies the filter that the copy came by.
 */
export function subscriptionIdentifier(pattern: Pattern, shared: boolean): number {
  const [device, , stream] = pattern.split('/');
  const kind =
    stream === undefined ? (device === '+' ? 0 : 1) : 2 + (device === '+' ? 0 : 2) + (stream === '+' ? 0 : 1);
  return kind + 1 + (shared ? SHARED : 0);
}

/** Whether a copy with this identifier came by a shared filter. */
export const isSharedIdentifier = (identifier: number): boolean => identifier > SHARED;
