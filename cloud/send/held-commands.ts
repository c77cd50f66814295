import { EztError } from '../protocol/errors';
import type { Outgoing } from '../transport/publish-packets';
import { acceptedNow, createAgeClock } from './age';
import { createHeldByDevice, type Held } from './held-by-device';
import type { HeldStore, RestoredCommand } from './held-store';
import { queueFull } from './outbox-errors';
import { asStoreError } from './writing';

/** A command to a device that is offline. */
export interface CommandToHold {
  device: string;
  method: string;
  /** As it is stored, and sent when nobody awaits its reply any more. */
  message: Outgoing;
  /** Milliseconds that it may be held. */
  holdFor: number;
  /** It takes the place of those of the same method that its owner, or nobody, holds for the device. */
  replaces: boolean;
}

/** Sends a held command. Calls `sent` when it goes to the broker: it is removed from disk then. */
export type SendHeld<T> = (sent: () => void) => Promise<T>;

/** Commands to devices that are offline, each sent once, in order, when its device is heard. */
export interface HeldCommands {
  /** How many were not sent, since newer ones have taken their place. */
  readonly replaced: number;
  /**
   * Holds a command and sends it with `send` when its device is heard; settles as `send` does, and resolves with `undefined`
   * when a newer command replaces it. Rejects with `EZT_DEVICE_OFFLINE` after `holdFor`, `EZT_QUEUE_FULL`, `EZT_STORE` or
   * `EZT_CLOSED`. With a store it is on disk, and when it was closed, or after a restart, it is sent without `send`.
   */
  hold<T>(command: CommandToHold, send: SendHeld<T>, owner: object): Promise<T | undefined>;
  /** Sends what is held for `device`. */
  release(device: string): void;
  /** Closes what `owner` holds. What is on disk is held on; the error says which. */
  closeFor(owner: object): Promise<void>;
  /** Closes all. What is on disk stays there. */
  close(): Promise<void>;
  /** Held commands; those of `owner` if it is given. */
  size(owner?: object): number;
}

export interface HeldOptions {
  /** The most that are held. */
  limit: number;
  /** Calls `heard` when `device` is heard; returns how to stop that. */
  listen(device: string, heard: () => void): () => void;
  /** Sends a command whose reply nobody awaits. */
  send(message: Outgoing, sent: () => void): Promise<void>;
  /** `undefined`: nothing is stored. */
  store: HeldStore | undefined;
  /** Errors that no caller waits for. */
  onError(error: unknown): void;
}

/** The longest that a timer can wait, in milliseconds: a file may hold anything. */
const LONGEST_TIMER = 2 ** 31 - 1;

export function createHeldCommands(options: HeldOptions): HeldCommands {
  const { limit, listen, store, onError } = options;
  const clock = createAgeClock();
  const commands = createHeldByDevice((device) => listen(device, () => release(device)));
  let closed = false;
  let replaced = 0;
  store?.open(restore);

  function restore(restored: readonly RestoredCommand[]) {
    if (closed) return;
    // Before what has been held meanwhile.
    for (const { device, method, message, file, left } of restored.toReversed()) {
      const expires = clock.now() + left;
      const held: Held = {
        ...{ device, method, holdFor: left, expires, owner: undefined, file, timer: undefined },
        send: () => sendLater(held, message),
        end: endLater,
        close: () => undefined,
      };
      add(held, true);
    }
  }

  function add(held: Held, first = false) {
    const left = Math.min(held.expires - clock.now(), LONGEST_TIMER);
    held.timer = setTimeout(() => end(held, notHeard(held)), left);
    commands.add(held, first);
  }

  function end(held: Held, error: EztError | undefined) {
    if (!commands.remove(held)) return;
    forget(held);
    held.end(error);
  }

  function forget(held: Held) {
    if (held.file !== undefined) store?.remove(held.file);
    held.file = undefined;
  }

  const notHeard = ({ device, holdFor }: Held) =>
    new EztError('deviceNotHeard', { device, seconds: Math.round(holdFor) / 1000 });

  function release(device: string) {
    for (const held of commands.of(device)) {
      // A timer comes late after the machine has slept.
      if (held.expires <= clock.now()) end(held, notHeard(held));
      else if (commands.remove(held)) held.send();
    }
  }

  /** Sends a command whose reply nobody awaits. */
  function sendLater(held: Held, message: Outgoing) {
    const sent = () => forget(held);
    options.send(message, sent).then(sent, (error: unknown) => {
      if (error instanceof EztError && error.reason === 'closed') return; // if it is on disk, it goes out another time
      forget(held);
      endLater(error);
    });
  }

  function endLater(error: unknown) {
    if (error && !(error instanceof EztError && error.code === 'EZT_CLOSED')) onError(error);
  }

  function replace({ device, method }: CommandToHold, owner: object) {
    for (const held of commands.of(device)) {
      if (held.method !== method || (held.owner && held.owner !== owner)) continue;
      end(held, undefined);
      replaced += 1;
    }
  }

  async function write(held: Held, message: Outgoing) {
    try {
      const isHeld = () => commands.has(held);
      const [file] = (await store?.write([message], acceptedNow(), held.holdFor, isHeld)) ?? [];
      if (isHeld()) held.file = file;
      else if (file !== undefined) store?.remove(file); // sent or closed while it was being written
    } catch (error) {
      end(held, asStoreError(error));
    }
  }

  /** Nobody waits for it any more. What is on disk is held on. */
  function close(held: Held, message: Outgoing) {
    if (held.file === undefined) return end(held, new EztError('closed'));
    held.end(new EztError('closedHeld', { device: held.device }));
    commands.disown(held);
    held.end = endLater;
    held.close = () => undefined;
    held.send = () => sendLater(held, message);
  }

  return {
    get replaced() {
      return replaced;
    },
    hold(command, send, owner) {
      if (closed) return Promise.reject(new EztError('closed'));
      const { device, method, message, holdFor } = command;
      if (command.replaces) replace(command, owner);
      if (commands.size() >= limit) return Promise.reject(queueFull(1, limit));
      return new Promise((resolve, reject) => {
        const expires = clock.now() + holdFor;
        const held: Held = {
          ...{ device, method, holdFor, expires, owner, file: undefined, timer: undefined },
          send: () => resolve(send(() => forget(held)).finally(() => forget(held))),
          end: (error) => (error ? reject(error) : resolve(undefined)),
          close: () => close(held, message),
        };
        add(held);
        if (store?.keeps) void write(held, message);
      });
    },
    release,
    async closeFor(owner) {
      if (commands.size(owner) === 0) return;
      await store?.written();
      for (const held of commands.ofOwner(owner)) held.close();
    },
    async close() {
      closed = true;
      await store?.written();
      for (const held of commands.all()) {
        held.close();
        commands.remove(held); // its file stays
      }
      await store?.close();
    },
    size: commands.size,
  };
}
