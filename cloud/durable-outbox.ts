import { setTimeout as delay } from 'node:timers/promises';
import { EztError } from './errors';
import type { MessageFiles } from './message-files';
import type { Outbox, OutboxOptions, Outgoing } from './outbox';

export interface DurableOptions extends OutboxOptions {
  files: MessageFiles;
  /** Whoever used the files before has let go of them. */
  free: Promise<unknown>;
  /** Something happened on disk that nobody awaits. */
  onError(error: unknown): void;
}

/** What one call of `add` has on the way. */
interface Addition {
  settled: Promise<void>;
  withdraw(): void;
}

/**
 * An outbox whose messages survive a restart: each is on disk before it is sent, until the broker has answered
 * for it. What an earlier life left is sent first, within its expiry. What is closed or withdrawn stays on disk:
 * its promise rejects with `EZT_CLOSED`, and it is sent all the same, at the latest after the restart.
 */
export function makeDurable(outbox: Outbox, { files, free, limit, expiry, onError }: DurableOptions): Outbox {
  let closed = false;
  /** Accepted, but not yet on disk. */
  let writing = 0;
  const owned = new Map<object, Set<Addition>>();
  /** One after the other, so that the order of acceptance is kept. */
  let tail: Promise<void> = free.then(resend).catch(onError);

  async function resend() {
    const { kept, unreadable } = await files.load();
    for (const name of unreadable)
      onError(new Error(`Queued message ${name} cannot be read and was set aside`));
    for (const { name, message, expires } of kept) {
      const left = expires - Date.now();
      if (left <= 0) await files.remove(name);
      else forward(name, message, left).catch(onError);
    }
  }

  /** Hands a message on disk to the outbox, and removes the file when that is settled. */
  async function forward(name: string, message: Outgoing, lifetime: number): Promise<void> {
    try {
      await outbox.add([message], undefined, lifetime);
    } catch (error) {
      if (error instanceof EztError && error.code === 'EZT_CLOSED') throw new EztError('closedKept');
      await files.remove(name);
      throw error;
    }
    await files.remove(name);
  }

  async function accept(message: Outgoing): Promise<void> {
    const expires = Date.now() + expiry;
    let sent: Promise<void> | undefined;
    const mine = tail.then(async () => {
      const name = await files.write(message, expires);
      if (closed) throw new EztError('closedKept');
      sent = forward(name, message, expires - Date.now());
      sent.catch(() => undefined); // awaited below
    });
    tail = mine.catch(() => undefined); // told to whoever awaits `mine`
    try {
      await mine;
    } catch (error) {
      throw error instanceof EztError
        ? error
        : new EztError('diskFailed', { detail: (error as Error).message });
    } finally {
      writing -= 1;
    }
    await sent;
  }

  return {
    ...outbox,
    size: (owner) => (owner ? (owned.get(owner)?.size ?? 0) : outbox.size() + writing),
    async add(messages, owner = {}) {
      if (closed) throw new EztError('closed');
      if (outbox.size() + writing + messages.length > limit) throw new EztError('queueFull', { limit });
      writing += messages.length;
      const all = Promise.allSettled(messages.map(accept)).then((outcomes) => {
        for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
      });
      const additions = owned.get(owner) ?? new Set();
      owned.set(owner, additions);
      await new Promise<void>((resolve, reject) => {
        const addition = { settled: all, withdraw: () => reject(new EztError('closedKept')) };
        additions.add(addition);
        const forget = () => {
          additions.delete(addition);
          if (additions.size === 0) owned.delete(owner);
        };
        all.finally(forget).then(resolve, reject);
      });
    },
    withdraw(owner) {
      for (const addition of owned.get(owner) ?? []) addition.withdraw();
    },
    async drained(timeout, owner) {
      if (!owner) return outbox.drained(timeout);
      const promises = [...(owned.get(owner) ?? [])].map(({ settled }) => settled);
      const late = new AbortController();
      await Promise.race([Promise.allSettled(promises), delay(timeout, undefined, { signal: late.signal })]);
      late.abort();
    },
    async close() {
      closed = true;
      await tail;
      outbox.close();
    },
  };
}
