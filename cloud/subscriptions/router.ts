import type { Channel, Qos, Topic } from '../protocol/topics';
import { containing, type Filters, leastCover, type Pattern } from './filters';
import type { Listener } from './listener';

export interface Router {
  add(listener: Listener): void;
  remove(listener: Listener): void;
  /** Calls `each` with the listeners to `topic`. Takes two look-ups, however many listeners there are. */
  match(topic: Topic, each: (listener: Listener) => void): void;
  /** Whether anybody listens to `channel`. */
  hasListeners(channel: Channel): boolean;
  /** The filters to subscribe to, without those that the broker has refused. */
  filters(refused: ReadonlySet<string>): Filters;
  /** For each combination that `listener` wants, the filters that match it, widest first. */
  serving(listener: Listener): string[][];
  /** The filter of a pattern, e.g. `$share/<group>/open/<projectKey>/+/alarm`. */
  filter(pattern: Pattern, shared: boolean): string;
  /** The inverse of `filter`. */
  parseFilter(filter: string): { pattern: Pattern; shared: boolean };
  readonly listeners: ReadonlySet<Listener>;
}

interface Subscribers {
  every: Set<Listener>;
  byDevice: Map<string, Set<Listener>>;
}

/** Routes the messages of one project. `group`: shared-subscription group, empty for none. */
export function createRouter(projectKey: string, group: string): Router {
  const listeners = new Set<Listener>();
  const channels = new Map<Channel, Subscribers>();

  const filter = (pattern: Pattern, shared: boolean) =>
    `${shared ? `$share/${group}/` : ''}open/${projectKey}/${pattern}`;
  const isShared = (listener: Listener) => group !== '' && !listener.unshared;

  function subscribers(channel: Channel): Subscribers {
    let found = channels.get(channel);
    if (!found) {
      found = { every: new Set(), byDevice: new Map() };
      channels.set(channel, found);
    }
    return found;
  }

  return {
    listeners,
    filter,
    parseFilter(text) {
      const shared = text.startsWith('$share/');
      return { pattern: text.slice(filter('', shared).length), shared };
    },
    add(listener) {
      listeners.add(listener);
      for (const channel of listener.channels) {
        const { every, byDevice } = subscribers(channel);
        if (listener.devices.length === 0) every.add(listener);
        for (const device of listener.devices) {
          const sameDevice = byDevice.get(device);
          if (sameDevice) sameDevice.add(listener);
          else byDevice.set(device, new Set([listener]));
        }
      }
    },
    remove(listener) {
      listeners.delete(listener);
      for (const channel of listener.channels) {
        const { every, byDevice } = subscribers(channel);
        every.delete(listener);
        for (const device of listener.devices) {
          const sameDevice = byDevice.get(device);
          sameDevice?.delete(listener);
          if (sameDevice?.size === 0) byDevice.delete(device);
        }
      }
    },
    match(topic, each) {
      const interested = channels.get(topic.channel);
      if (!interested) return;
      for (const listener of interested.every) if (wantsStream(listener, topic)) each(listener);
      const sameDevice = interested.byDevice.get(topic.device);
      if (!sameDevice) return;
      for (const listener of sameDevice) if (wantsStream(listener, topic)) each(listener);
    },
    hasListeners(channel) {
      const { every, byDevice } = subscribers(channel);
      return every.size > 0 || byDevice.size > 0;
    },
    filters(refused) {
      const all: Filters = new Map();
      for (const shared of group === '' ? [false] : [true, false]) {
        const wanted = new Map<Pattern, Qos>();
        for (const listener of listeners) {
          if (isShared(listener) !== shared) continue;
          for (const pattern of patterns(listener)) {
            const asked = wanted.get(pattern);
            if (asked === undefined || listener.qos > asked) wanted.set(pattern, listener.qos);
          }
        }
        const least = leastCover(wanted, (pattern) => refused.has(filter(pattern, shared)));
        for (const [pattern, qos] of least) all.set(filter(pattern, shared), qos);
      }
      return all;
    },
    serving: (listener) =>
      patterns(listener).map((pattern) =>
        containing(pattern).map((candidate) => filter(candidate, isShared(listener))),
      ),
  };
}

const wantsStream = ({ streams }: Listener, { stream }: Topic): boolean =>
  stream === undefined || streams.length === 0 || streams.includes(stream);

/** Every combination that `listener` wants, as patterns. */
function patterns({ devices, channels, streams }: Listener): Pattern[] {
  const leaves = channels.flatMap((channel) =>
    channel === 'data'
      ? (streams.length === 0 ? ['+'] : streams).map((stream) => `data/${stream}`)
      : [channel],
  );
  return (devices.length === 0 ? ['+'] : devices).flatMap((device) =>
    leaves.map((leaf) => `${device}/${leaf}`),
  );
}
