import { EztError } from '../protocol/errors';
import type { Outgoing } from '../transport/publish-packets';
import { createAgeClock } from './age';
import { createHeldByDevice, type Held } from './held-by-device';
import { createHeldFiles } from './held-files';
import type { HeldStore, RestoredCommand } from './held-store';
import { queueFull } from './outbox-errors';
import { untilKnown } from './until-known';

/** A command that is held while its device is offline. */
export type CommandToHold = Pick<Held, 'device' | 'method' | 'message' | 'holdFor' | 'replaces'>;

/** What a command that waited for its turn resolves with when its device is offline again. */
export const HOLD_ON = Symbol('hold on');

/** Sends a command. Calls `sent` when it goes to the broker: it is removed from disk then. */
export type SendHeld<T> = (sent: () => void) => Promise<T | typeof HOLD_ON>;

/** Commands to devices that are offline, each sent once, in order, when its device is heard. */
export interface HeldCommands {
  /** How many were not sent, since newer ones have taken their place. */
  readonly replaced: number;
  /**
   * Sends a command with `send`: at once, or when its device is heard if it is offline. Settles as `send` does; resolves with
   * `undefined` when a newer command replaces it; rejects with `EZT_DEVICE_OFFLINE` after `holdFor`, `EZT_QUEUE_FULL`,
   * `EZT_STORE` or `EZT_CLOSED`. What is held is on disk if there is a store; after it has been closed it is sent without `send`.
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
  isOffline(device: string): boolean;
  /** Resolves when it is known which devices are offline; without it, it is at once. Until then every command is held. */
  known?: Promise<void>;
  /** Calls `heard` when `device` is heard; returns how to stop that. */
  listen(device: string, heard: () => void): () => void;
  /** Sends a command whose reply nobody awaits. */
  send(message: Outgoing, sent: () => void): Promise<void>;
  /** `undefined`: nothing is stored. */
  store: HeldStore | undefined;
  /** Errors that no caller waits for. */
  onError(error: unknown): void;
}

export function createHeldCommands(options: HeldOptions): HeldCommands {
  const { limit, isOffline, listen, store, onError } = options;
  const clock = createAgeClock();
  const commands = createHeldByDevice(clock, (device) => listen(device, () => release(device)), expire);
  const files = createHeldFiles(store, commands.has);
  let closed = false;
  let replaced = 0;
  let order = 0;
  // What an earlier process has held for a device goes before newer commands, even if it is loaded after they have come.
  const early = untilKnown([options.known, store?.open(restore)], decide);

  function decide(device: string) {
    if (!isOffline(device)) release(device);
    else for (const held of commands.of(device)) if (held.replaces) commands.olderThan(held).forEach(replace);
  }

  function restore(restored: readonly RestoredCommand[]) {
    if (closed) return;
    for (const [index, { left, ...rest }] of restored.entries()) {
      const held: Held = {
        ...{ ...rest, holdFor: left, expires: clock.now() + left, owner: undefined, timer: undefined },
        ...{ replaces: false, order: index - restored.length }, // before what has been held meanwhile
        send: () => sendLater(held),
        end: endLater,
      };
      commands.add(held);
    }
  }

  function end(held: Held, error: EztError | undefined) {
    if (!commands.remove(held)) return;
    files.remove(held);
    held.end(error);
  }

  function expire(held: Held) {
    const { device, holdFor } = held;
    end(held, new EztError('deviceNotHeard', { device, seconds: Math.round(holdFor) / 1000 }));
  }

  function release(device: string) {
    for (const held of commands.of(device)) {
      // A timer comes late after the machine has slept.
      if (held.expires <= clock.now()) expire(held);
      else if (commands.remove(held)) held.send();
    }
  }

  async function sendNow<T>(held: Held, send: SendHeld<T>, resolve: (result: T) => void) {
    try {
      const result = await send(() => files.remove(held));
      if (result === HOLD_ON) return holdOn(held);
      files.remove(held);
      resolve(result);
    } catch (error) {
      // Closed before it went to the broker: if it is on disk, it is as if it had been held all the time.
      if (error instanceof EztError && error.reason === 'closed' && held.file !== undefined) {
        outlive(held);
        if (!closed) commands.add(held);
      } else {
        files.remove(held);
        held.end(error as Error);
      }
    }
  }

  /** Its device was heard and is offline again, before its turn to be sent came. */
  function holdOn(held: Held) {
    if (closed) throw new EztError('closed');
    const { method, owner, order: mine } = held;
    const later = commands.of(held.device).filter((each) => each.order > mine && each.replaces);
    keep(held);
    if (later.some((each) => each.method === method && each.owner === owner)) replace(held);
  }

  function keep(held: Held) {
    commands.add(held);
    files.write(held).catch((error: EztError) => end(held, error));
  }

  function replace(held: Held) {
    end(held, undefined);
    replaced += 1;
  }

  /** Sends a command whose reply nobody awaits. */
  function sendLater(held: Held) {
    const sent = () => files.remove(held);
    options.send(held.message, sent).then(sent, (error: unknown) => {
      if (error instanceof EztError && error.reason === 'closed') return; // if it is on disk, it goes out another time
      files.remove(held);
      endLater(error);
    });
  }

  function endLater(error: unknown) {
    if (error && !(error instanceof EztError && error.code === 'EZT_CLOSED')) onError(error);
  }

  /** Nobody waits for it any more. What is on disk is held on. */
  function close(held: Held) {
    if (!held.owner) return;
    if (held.file === undefined) end(held, new EztError('closed'));
    else outlive(held);
  }

  function outlive(held: Held) {
    held.end(new EztError('closedHeld', { device: held.device }));
    commands.disown(held);
    held.end = endLater;
    held.send = () => sendLater(held);
  }

  return {
    get replaced() {
      return replaced;
    },
    hold(command, send, owner) {
      if (closed) return Promise.reject(new EztError('closed'));
      const offline = !early.known || isOffline(command.device);
      const next = { ...command, owner, order: order + 1 };
      const older = early.known && offline && command.replaces ? commands.olderThan(next) : [];
      if (offline && commands.size() - older.length >= limit) return Promise.reject(queueFull(1, limit));
      older.forEach(replace);
      order += 1;
      early.waits(command.device);
      return new Promise((resolve, reject) => {
        const held: Held = {
          ...{ ...next, expires: clock.now() + command.holdFor, file: undefined, timer: undefined },
          send: () => void sendNow(held, send, resolve),
          end: (error) => (error ? reject(error) : resolve(undefined)),
        };
        if (offline) return keep(held);
        release(command.device); // what is older goes first
        held.send();
      });
    },
    release,
    async closeFor(owner) {
      if (commands.size(owner) === 0) return;
      await store?.written();
      commands.ofOwner(owner).forEach(close);
    },
    async close() {
      closed = true;
      await store?.written();
      for (const held of commands.all()) {
        close(held);
        commands.remove(held); // its file stays
      }
      await store?.close();
    },
    size: commands.size,
  };
}
