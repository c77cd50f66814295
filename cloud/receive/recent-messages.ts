import { CHANNELS, type Channel, type Qos, type Topic } from '../protocol/topics';
import type { Received } from '../transport/publish-packets';

/** A received message as it is kept for previews and the sidebar. */
export interface RecentMessage {
  /** Grows from message to message, also over a restart. */
  readonly seq: number;
  /** Time of receipt, milliseconds since the epoch. */
  readonly timestamp: number;
  /** The MQTT topic. */
  readonly topic: string;
  readonly device: string;
  readonly type: Channel;
  /** Data stream identifier; on `data` only. */
  readonly stream?: string;
  readonly qos: Qos;
  readonly retain: boolean;
  /** A push of this connection that has come back. */
  readonly own: boolean;
  /** Bytes of the payload as received. */
  readonly size: number;
  /** The payload, or its first {@link LONGEST_BODY} bytes: a copy. Not to be changed. */
  readonly body: Buffer;
  /** Whether `body` is the whole payload. */
  readonly complete: boolean;
}

/** The last messages of each type: a bounded number, of a flood a sample. */
export interface RecentMessages {
  /** The `seq` of the newest message; before the first, one that no message has. */
  readonly last: number;
  /** Messages that were not taken, since there were too many. */
  readonly passed: number;
  /** Newest first. `types`: of these only; empty = all. */
  newest(types?: readonly Channel[]): RecentMessage[];
  /**
   * Somebody looks at these devices: for the next seconds their messages are taken also when a flood of others has used
   * up what is taken of a type.
   */
  lookAt(devices: readonly string[], now?: number): void;
}

/** The recent messages as the inbox fills them. */
export interface NotedMessages extends RecentMessages {
  /** A message has been handed over. It costs a few nanoseconds when there are many. */
  note(received: Received, topic: Topic, timestamp: number, own: boolean): void;
}

/** Bytes of a payload that are kept. */
export const LONGEST_BODY = 4 * 1024;
/** Of each type: messages, and bytes of bodies, that are kept. */
const MOST = 200;
const MOST_BYTES = 400 * 1024;
/** Messages of a type that are taken at once, and per second. */
const BURST = 100;
const PER_SECOND = 50;
/** A message with a longer topic is not kept. */
const LONGEST_TOPIC = 1_024;
/** Milliseconds for which a device is looked at, and how many may be. */
const LOOKED_AT = 10_000;
const MOST_LOOKED_AT = 100;

/** The messages of one type. */
interface Shelf {
  /** Oldest first. */
  messages: RecentMessage[];
  bytes: number;
  allowance: Allowance;
  /** For devices that somebody looks at. */
  lookedAt: Allowance;
}

/** `now`: for the first `seq`, milliseconds since the epoch. */
export function createRecentMessages(now = Date.now()): NotedMessages {
  // Faster than messages are taken, so that numbers grow over a restart too.
  let last = 10 * now;
  let passed = 0;
  const shelves = Object.fromEntries(CHANNELS.map((channel) => [channel, newShelf()])) as Record<
    Channel,
    Shelf
  >;
  /** Until when, by device. */
  const looked = new Map<string, number>();

  function isLookedAt(device: string, timestamp: number) {
    const until = looked.get(device);
    if (until === undefined) return false;
    if (timestamp < until) return true;
    looked.delete(device);
    return false;
  }

  return {
    get last() {
      return last;
    },
    get passed() {
      return passed;
    },
    note(received, topic, timestamp, own) {
      const shelf = shelves[topic.channel];
      const isTaken =
        shelf.allowance.take(timestamp) ||
        (looked.size > 0 && isLookedAt(topic.device, timestamp) && shelf.lookedAt.take(timestamp));
      if (!isTaken || received.topic.length > LONGEST_TOPIC) {
        passed += 1;
        return;
      }
      last += 1;
      put(shelf, messageOf(received, topic, timestamp, own, last));
    },
    newest: (types = []) =>
      (types.length > 0 ? [...new Set(types)] : CHANNELS)
        .flatMap((type) => shelves[type].messages)
        .sort((a, b) => b.seq - a.seq),
    lookAt(devices, at = Date.now()) {
      for (const device of devices) {
        looked.delete(device); // it comes last again
        looked.set(device, at + LOOKED_AT);
      }
      for (const device of looked.keys()) {
        if (looked.size <= MOST_LOOKED_AT) break;
        looked.delete(device);
      }
    },
  };
}

const newShelf = (): Shelf => ({
  messages: [],
  bytes: 0,
  allowance: new Allowance(),
  lookedAt: new Allowance(),
});

function put(shelf: Shelf, message: RecentMessage): void {
  const { messages } = shelf;
  messages.push(message);
  shelf.bytes += message.body.length;
  while (messages.length > MOST || shelf.bytes > MOST_BYTES)
    shelf.bytes -= messages.shift()?.body.length ?? 0;
}

function messageOf(
  { topic, payload, qos, retain }: Received,
  { device, channel, stream }: Topic,
  timestamp: number,
  own: boolean,
  seq: number,
): RecentMessage {
  const size = payload.length;
  // Neither a slice of the socket's chunk, nor one of the pool that Node allocates small buffers from.
  const body = Buffer.allocUnsafeSlow(Math.min(size, LONGEST_BODY));
  payload.copy(body, 0, 0, body.length);
  return {
    seq,
    timestamp,
    topic,
    device,
    type: channel,
    ...(stream !== undefined && { stream }),
    qos,
    retain,
    own,
    size,
    body,
    complete: body.length === size,
  };
}

/** So many at once, then so many per second (a token bucket). A clock that is set back does no harm. */
class Allowance {
  private left = BURST;
  private filledAt = 0;

  take(now: number): boolean {
    if (now !== this.filledAt) {
      const gained = (Math.max(0, now - this.filledAt) * PER_SECOND) / 1000;
      this.left = Math.min(BURST, this.left + gained);
      this.filledAt = now;
    }
    if (this.left < 1) return false;
    this.left -= 1;
    return true;
  }
}
