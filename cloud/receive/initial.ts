import type { DeviceMemory, KnownDevice } from '../devices/known-device';
import type { Listener } from '../subscriptions/listener';
import { type KnownOf, tellKnown } from './known-messages';

export interface InitialOptions extends KnownOf {
  memory: Pick<DeviceMemory, 'get' | 'all' | 'loaded'>;
  /** Whether flows are being deployed: the nodes that take messages may not be there. */
  paused(): boolean;
  /** Everything known has been told: received messages need wait no longer. */
  onDone(): void;
  /** Something threw while a message was handed over. */
  onError(error: unknown): void;
}

/**
 * Tells listeners that ask for it what is known: once when they begin to listen, and on each new connection. It comes
 * before any received message; those wait while it goes on.
 */
export interface Initial {
  add(listener: Listener): void;
  remove(listener: Listener): void;
  /** There is a new connection, whose messages are still to come. */
  connected(): void;
  /** Flows are no longer being deployed. */
  resume(): void;
  /** Whether something is still to be told. */
  readonly pending: boolean;
  close(): void;
}

/** A slice of work: so many milliseconds and messages. Then flows get their turn, which Node-RED runs after it. */
const SLICE = { ms: 10, messages: 500 };

export function createInitial(options: InitialOptions): Initial {
  const { memory, paused, onDone } = options;
  const listeners = new Set<Listener>();
  /** The devices that each is still to be told of. */
  const due = new Map<Listener, Iterator<KnownDevice | undefined>>();
  let loaded = false;
  let scheduled = false;
  let hasConnected = false;
  void memory.loaded.then(() => {
    loaded = true;
    schedule();
  });

  function schedule() {
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      run();
    });
  }

  /** Does a slice of what is due. */
  function run() {
    if (due.size === 0 || !loaded || paused()) return;
    const end = performance.now() + SLICE.ms;
    let messages = 0;
    for (const [listener, devices] of due) {
      for (let next = devices.next(); next.done !== true; next = devices.next()) {
        if (next.value) messages += tell(listener, next.value);
        if (!due.has(listener) || paused()) break; // by what a flow has done
        if (messages >= SLICE.messages || performance.now() > end) return schedule();
      }
      if (paused()) return;
      due.delete(listener);
    }
    onDone();
  }

  /** Returns how many messages the listener got. */
  function tell({ receiver, channels }: Listener, known: KnownDevice): number {
    if (!receiver) return 0;
    try {
      return tellKnown(options, receiver, channels, known);
    } catch (error) {
      options.onError(error);
      return 1;
    }
  }

  const begin = (listener: Listener) => due.set(listener, devicesOf(memory, listener));

  return {
    add(listener) {
      if (!listener.receiver?.initial) return;
      listeners.add(listener);
      begin(listener);
      schedule();
    },
    remove(listener) {
      listeners.delete(listener);
      if (due.delete(listener) && due.size === 0 && !paused()) onDone();
    },
    connected() {
      // At a start all have been told what the disk has brought, and nothing can have been learned since.
      if (hasConnected) listeners.forEach(begin);
      hasConnected = true;
      run();
    },
    resume: run,
    get pending() {
      return due.size > 0;
    },
    close() {
      listeners.clear();
      due.clear();
    },
  };
}

function* devicesOf(
  memory: Pick<DeviceMemory, 'get' | 'all'>,
  { devices }: Listener,
): Generator<KnownDevice | undefined> {
  if (devices.length === 0) yield* memory.all();
  else for (const device of devices) yield memory.get(device);
}
