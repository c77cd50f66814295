/** An attribute as last reported; times in milliseconds since the epoch. */
export interface KnownAttribute {
  readonly value: unknown;
  readonly at: number;
  /** The value before; `undefined` until a second one has come. */
  readonly previous: unknown;
}

/** What is known of a device. Read only; values must not be changed. Times in milliseconds since the epoch. */
export interface KnownDevice {
  readonly device: string;
  /** When it was last heard itself: not by a retained message, nor by a push of this connection that came back. */
  readonly lastSeen: number;
  /** From its last `online` message; `null` before the first. */
  readonly online: boolean | null;
  readonly onlineAt: number | null;
  /** From its last `alarm` message; `null` before the first. */
  readonly alarm: boolean | null;
  readonly alarmAt: number | null;
  readonly attributes: ReadonlyMap<string, KnownAttribute>;
  /** Identifiers of data streams, methods of events and of commands, in the order first seen. */
  readonly streams: readonly string[];
  readonly events: readonly string[];
  readonly commands: readonly string[];
}

/** The last known state of each device of a project: bounded, in one place. */
export interface DeviceMemory {
  readonly size: number;
  get(device: string): KnownDevice | undefined;
  /** Every known device, in no particular order. It may be walked in slices: devices that come or go do no harm. */
  all(): IterableIterator<KnownDevice>;
  /** While a node names them, these devices are not forgotten. Returns how to end that. */
  keep(devices: readonly string[]): () => void;
  /**
   * What the node `node` remembers for each device, by device: values that JSON can hold. It survives what the memory
   * survives, and is forgotten with the device, or by {@link dropState}.
   */
  stateOf<T>(node: string): Map<string, T>;
  /** The node has been deleted. */
  dropState(node: string): void;
}
