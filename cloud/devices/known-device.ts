/** An attribute as last reported; times in milliseconds since the epoch. */
export interface KnownAttribute {
  /** `undefined` when it is too large to be remembered, see {@link KnownDevice.attributes}. */
  readonly value: unknown;
  readonly at: number;
  /** The value before; `undefined` until a second one has come, or when it was too large. */
  readonly previous: unknown;
}

/** The last message of a data stream. */
export interface LastData {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Its first 32 bytes, one character each (latin1). */
  readonly bytes: string;
  /** Bytes of the whole message. */
  readonly length: number;
}

/**
 * What is known of a device. Read only; values must not be changed. It follows what comes: whoever needs it later copies
 * it. Times in milliseconds since the epoch; after a restart they are still the true ones.
 */
export interface KnownDevice {
  readonly device: string;
  /**
   * When it was last heard itself: not by a retained message, nor by a push of this connection that came back. If it
   * never was, when it became known.
   */
  readonly lastSeen: number;
  /** From its last `online` message; `null` before the first. */
  readonly online: boolean | null;
  readonly onlineAt: number | null;
  /** From its last `alarm` message; `null` before the first. */
  readonly alarm: boolean | null;
  readonly alarmAt: number | null;
  /**
   * The first 1,000 of the device by name, in the order first seen: a view, made when it is asked for. Values of more
   * than some 16 kB, or 256 kB of one device, are known with their time but not held: their value is `undefined`.
   */
  readonly attributes: ReadonlyMap<string, KnownAttribute>;
  /** Identifiers of data streams, methods of events and of commands, in the order first seen; 100 of each at most. */
  readonly streams: readonly string[];
  readonly events: readonly string[];
  readonly commands: readonly string[];
  /** The last message of each of `streams`, in their order; `undefined` where none is held. */
  readonly lastData: readonly (LastData | undefined)[];
}

/** The last known state of each device of a project: bounded, in one place. */
export interface DeviceMemory {
  readonly size: number;
  /**
   * Resolves when what an earlier process knew has been loaded, or cannot be; never rejects. The connection is opened
   * only then, so every message is compared with what was known. Until then memory and states may be empty.
   */
  readonly loaded: Promise<void>;
  get(device: string): KnownDevice | undefined;
  /** Every known device, in no particular order. It may be walked in slices: devices that come or go do no harm. */
  all(): IterableIterator<KnownDevice>;
  /** The `count` that were last heard, the last one first. */
  latest(count: number): readonly KnownDevice[];
  /** While a node names them, these devices are not forgotten. Returns how to end that. */
  keep(devices: readonly string[]): () => void;
  /**
   * What the node `node` remembers for each device, by device: values that JSON can hold. It survives what the memory
   * survives, and is forgotten with the device, or by {@link dropState}. The same map as long as the client lives; what an
   * earlier process left is in it once {@link loaded} has resolved, and does not replace what the node has set before.
   * A value that is changed in place must be set again. The first of more than 100,000 is dropped.
   */
  stateOf<T>(node: string): Map<string, T>;
  /** The node has been deleted. */
  dropState(node: string): void;
}
