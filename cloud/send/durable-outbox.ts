import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { EztError } from '../protocol/errors';
import type { Outgoing } from '../transport/packets';
import type { MessageFiles } from './message-files';
import type { Outbox, OutboxOptions } from './outbox-api';
import { queueFull } from './outbox-errors';

export interface DurableOptions extends OutboxOptions {
  files: MessageFiles;
  /** Whoever used the files before has let go of them. */
  free: Promise<unknown>;
  /** Something happened on disk that nobody awaits. */
  onError(error: unknown): void;
}

/** What one call of `add` has on the way. */
interface Addition {
  /** Messages that are not yet on disk. */
  unwritten: number;
  /** Messages whose outcome is open. */
  unsettled: number;
  failure: EztError | undefined;
  /** The owner has gone: settled as soon as everything is on disk, which then sends it all the same. */
  withdrawn: boolean;
  settle(error: EztError | undefined): void;
}

/** Closing waits this long (ms) for a disk that does not answer. */
const DISK_PATIENCE = 300;

/**
 * An outbox whose messages survive a restart: each is on disk before it is sent, until the broker has answered
 * for it. What an earlier life left is sent first, within its expiry. What is closed or withdrawn when it is on
 * disk stays there: its promise rejects with `EZT_CLOSED`, and it is sent all the same, at the latest after the
 * restart. `outbox` should have no limit of its own: the limit is kept here.
 */
export function makeDurable(outbox: Outbox, { files, free, limit, expiry, onError }: DurableOptions): Outbox {
  let closed = false;
  /** Closed, and done waiting for the disk. */
  let abandoned = false;
  const onSettled = new Set<() => void>();
  /** Accepted, but not yet on disk. */
  let writing = 0;
  const additions = new Map<object, Set<Addition>>();
  /** One after the other, so that the order of acceptance is kept. */
  let tail: Promise<void> = free.then(resend).catch(onError);

  async function resend() {
    const { kept, unreadable } = await files.load();
    for (const name of unreadable) {
      onError(new Error(`A queued message cannot be read and is set aside: ${name}.unreadable`));
    }
    let expired = 0;
    for (const { name, message, expires } of kept) {
      // Never longer than a new one, should the clock have been set back.
      const left = Math.min(expires - Date.now(), expiry);
      if (left <= 0) {
        expired += 1;
        await remove(name);
      } else {
        void forward(name, message, left).then((error) => error && !isKept(error) && onError(error));
      }
    }
    if (expired > 0) onError(new Error(`${expired} queued messages expired before they could be sent`));
  }

  /** Hands a message on disk to the outbox; when that has settled, the file is gone, unless the message is kept. */
  async function forward(name: string, message: Outgoing, lifetime: number): Promise<EztError | undefined> {
    let failure: EztError | undefined;
    try {
      await outbox.add([message], undefined, lifetime);
    } catch (error) {
      failure = asEztError(error);
      if (failure.code === 'EZT_CLOSED') return new EztError('closedKept');
    }
    await remove(name);
    return failure;
  }

  /** A file that stays is sent again after the restart: worth telling, but the message itself is settled. */
  const remove = (name: string) => files.remove(name).catch(onError);

  async function write(message: Outgoing, deadline: number, addition: Addition): Promise<void> {
    let name: string | undefined;
    let failure: EztError | undefined;
    try {
      if (abandoned) failure = new EztError('closed');
      else name = await files.write(message, Date.now() + deadline - performance.now());
    } catch (error) {
      failure = asEztError(error);
    }
    writing -= 1;
    addition.unwritten -= 1;
    if (name === undefined) settleOne(addition, failure);
    else if (abandoned) settleOne(addition, new EztError('closedKept'));
    else {
      const sent = forward(name, message, deadline - performance.now());
      void sent.then((error) => settleOne(addition, error));
    }
    if (addition.withdrawn) withdrawWritten(addition);
  }

  function settleOne(addition: Addition, failure: EztError | undefined) {
    addition.failure ??= failure;
    addition.unsettled -= 1;
    if (addition.unsettled === 0) addition.settle(addition.failure);
  }

  function withdrawWritten(addition: Addition) {
    addition.withdrawn = true;
    if (addition.unwritten === 0) addition.settle(addition.failure ?? new EztError('closedKept'));
  }

  /** Resolves when nothing of `owner` is on the way. */
  function emptied(owner: object): Promise<void> {
    if (sizeOf(owner) === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const check = () => {
        if (sizeOf(owner) > 0) return;
        onSettled.delete(check);
        resolve();
      };
      onSettled.add(check);
    });
  }

  const sizeOf = (owner: object) => additions.get(owner)?.size ?? 0;

  return {
    ...outbox,
    size: (owner) => (owner ? sizeOf(owner) : outbox.size() + writing),
    add(messages, owner = outbox) {
      if (closed) return Promise.reject(new EztError('closed'));
      if (messages.length === 0) return Promise.resolve();
      if (outbox.size() + writing + messages.length > limit) {
        return Promise.reject(queueFull(messages.length, limit));
      }
      return new Promise<void>((resolve, reject) => {
        const addition: Addition = {
          unwritten: messages.length,
          unsettled: messages.length,
          failure: undefined,
          withdrawn: false,
          settle(error) {
            const mine = additions.get(owner);
            mine?.delete(addition);
            if (mine?.size === 0) additions.delete(owner);
            for (const listener of onSettled) listener();
            if (error) reject(error);
            else resolve();
          },
        };
        additions.set(owner, (additions.get(owner) ?? new Set()).add(addition));
        const deadline = performance.now() + expiry;
        writing += messages.length;
        for (const message of messages) tail = tail.then(() => write(message, deadline, addition));
      });
    },
    withdraw(owner) {
      for (const addition of [...(additions.get(owner) ?? [])]) withdrawWritten(addition);
    },
    drained(timeout, owner) {
      return within(timeout, owner ? emptied(owner) : tail.then(() => outbox.drained(timeout)));
    },
    async close() {
      closed = true;
      await within(DISK_PATIENCE, tail);
      abandoned = true;
      await outbox.close();
      for (const set of [...additions.values()])
        for (const addition of [...set]) if (addition.unwritten > 0) addition.settle(new EztError('closed'));
    },
  };
}

/** Resolves with `promise`, or after `timeout` ms. */
async function within(timeout: number, promise: Promise<void>): Promise<void> {
  const late = new AbortController();
  const timer = delay(timeout, undefined, { signal: late.signal }).catch(() => undefined); // aborted below
  await Promise.race([promise, timer]);
  late.abort();
}

const isKept = ({ reason }: EztError) => reason === 'closedKept';

const asEztError = (error: unknown): EztError =>
  error instanceof EztError ? error : new EztError('diskFailed', { detail: (error as Error).message });
