import type { Deadband } from '../protocol/deadband';
import type { RawMessage, ValueMessage } from '../protocol/device-message';
import type { EztError } from '../protocol/errors';
import type { PlainObject } from '../protocol/json';
import type { Choice, DataFormat } from '../protocol/limits';
import type { Channel, Qos } from '../protocol/topics';

/** What a listener wants: every combination of its devices, channels and (for `data`) streams. */
export interface Listener {
  /** Device usernames; empty = every device of the project. */
  readonly devices: readonly string[];
  readonly channels: readonly Channel[];
  /** Data stream identifiers; empty = every stream. */
  readonly streams: readonly string[];
  readonly qos: Qos;
  /** Gets its own copy where a shared-subscription group shares the rest: a reply must reach the node that asked. */
  readonly unshared: boolean;
  /** Takes the messages; without it they are subscribed to only, e.g. command replies. */
  readonly receiver?: Receiver;
  /** Is told of each message, after the device memory has learned from it and before the receivers get theirs. */
  readonly observe?: (heard: Heard) => void;
}

/** A received message as observers see it, after the memory has learned from it. Read only. */
export interface Heard {
  readonly device: string;
  readonly channel: Channel;
  /** Decoded; `undefined` for `data` and for what is malformed. */
  readonly payload: unknown;
  /** Time of receipt, milliseconds since the epoch. */
  readonly timestamp: number;
  /**
   * Whether the device itself has just spoken: no retained message, no push of this connection come back, no `alarm`,
   * and of `online` only that it has come online.
   */
  readonly alive: boolean;
}

/** A push by this connection that has come back on `attributes`. */
export interface OwnPush {
  readonly device: string;
  /** How many pushes before it were each made because the one before had come back. */
  readonly loopDepth: number;
}

/** What a receiver has sent last of one device; JSON, since it may be stored. */
export interface LastSent {
  attributes?: PlainObject;
  alarm?: boolean;
  online?: boolean;
}

/** For a receiver that takes only what differs from what it has sent last. */
export interface ChangesOnly {
  /** For attributes that are numbers; without it every difference counts. */
  readonly deadband: Deadband | undefined;
  /** By device. */
  readonly sent: Map<string, LastSent>;
}

/** Takes messages in the form it asks for. */
export interface Receiver {
  /** Only these attributes; empty = all. */
  readonly attributes: readonly string[];
  /** Only these methods of events and command replies; empty = all. */
  readonly methods: readonly string[];
  readonly dataFormat: DataFormat;
  /** `message`: one message with the whole payload. `value`: the value alone, one message for each attribute. */
  readonly output: 'message' | 'value';
  /** Whether it wants what this connection pushed itself; `keep` by default. */
  readonly own?: 'keep' | 'drop';
  /** Whether it is told what is known, before anything else and on each new connection. */
  readonly initial?: boolean;
  /** Without it, it takes everything. It does not concern events, command replies and data, which are no states. */
  readonly changes?: ChangesOnly | undefined;
  /** What `msg.topic` holds; `mqtt` by default. */
  readonly topic?: Choice<'topic'>;
  /** Gets a `DeviceMessage` or a `ValueMessage`, depending on `output`. `own`: the push that has come back. */
  onMessage(message: ValueMessage, own?: OwnPush): void;
  /** `error` is `EZT_MALFORMED`. */
  onMalformed(error: EztError, raw: RawMessage): void;
}
