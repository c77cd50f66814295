import { EztError } from '../protocol/errors';
import { type AgeClock, ageOf } from './age';
import type { Message } from './message';
import type { StoredMessage } from './message-files';
import type { MessageStore } from './message-store';
import type { Awaited } from './outbox-errors';
import { createOwnerCounts } from './owner-counts';

/** A message that has been accepted. */
export interface PendingMessage {
  /** A newer push may take attributes out of it while it waits; see {@link Message.latest}. */
  message: Message;
  /** Whose `close` it is closed with; `undefined` when nobody waits for its outcome. */
  owner: object | undefined;
  /** Ascends in the order of acceptance; 0 if an earlier process accepted it. */
  readonly order: number;
  /** Milliseconds, on the clock that counts sleep. */
  readonly expires: number;
  /** `undefined` once settled. `replaced`: not sent, since newer ones have taken its place. */
  settle: ((error?: EztError, replaced?: boolean) => void) | undefined;
  /** Its file name, while it is on disk. */
  file: string | undefined;
  /** What it waits for before it joins the messages that may be sent. */
  awaits: Awaited | undefined;
  /** As it was found on disk; `undefined` if this process accepted it. */
  readonly stored?: StoredMessage;
}

/** Messages counted since the outbox was created. */
export interface OutboxCounters {
  accepted: number;
  acknowledged: number;
  /** Not sent, since newer ones have taken their place. */
  replaced: number;
}

/** The messages that are accepted and not yet settled, oldest first, with their counts and their expiry. */
export interface PendingMessages {
  readonly counters: OutboxCounters;
  /** `first`: before all the others. */
  add(messages: readonly PendingMessage[], first?: boolean): void;
  settle(message: PendingMessage, error?: EztError): void;
  /** Newer ones have taken its place. */
  replace(message: PendingMessage): void;
  /** Tells its owner that it is closed. A message on disk stays pending without an owner, and is sent later. */
  close(message: PendingMessage): void;
  /** Closes every message. What is on disk stays there. */
  closeAll(): void;
  /** Those of `owner`, or all, in the order of their acceptance. */
  of(owner?: object): PendingMessage[];
  size(owner?: object): number;
  /** Resolves when nothing of `owner` (or nothing at all) is pending, or after `timeout` ms. */
  drained(timeout: number, owner?: object): Promise<void>;
  /** Whether it has waited too long. The timer alone is not enough: it comes late after the machine has slept. */
  isExpired(message: PendingMessage, now: number): boolean;
  expire(message: PendingMessage): void;
}

/** Settles a message on disk that has no owner: an error is logged, since nobody waits for it. */
export const settleWithoutOwner = (store: MessageStore | undefined) => (error?: EztError) => {
  if (error && error.reason !== 'closedKept') store?.onError(error);
};

let accepted = 0;

export function newPending(
  message: Message,
  owner: object | undefined,
  expires: number,
  settle: (error?: EztError, replaced?: boolean) => void,
): PendingMessage {
  accepted += 1;
  return { message, owner, order: accepted, expires, settle, file: undefined, awaits: undefined };
}

/** `expiryError`: why a message has expired. `onExpired` is called after messages have expired. */
export function createPendingMessages(
  expiryError: (message: PendingMessage) => EztError,
  clock: AgeClock,
  store: MessageStore | undefined,
  onExpired: () => void,
): PendingMessages {
  let pending = new Set<PendingMessage>();
  let timer: NodeJS.Timeout | undefined;
  const counts = createOwnerCounts();
  const onSettled = new Set<() => void>();
  const counters: OutboxCounters = { accepted: 0, acknowledged: 0, replaced: 0 };

  function settle(message: PendingMessage, error?: EztError, replaced = false) {
    const { settle: tell, file } = message;
    if (!tell) return;
    message.settle = undefined;
    message.file = undefined;
    pending.delete(message);
    counts.add(message.owner, -1);
    if (replaced) counters.replaced += 1;
    else if (!error) counters.acknowledged += 1;
    if (file !== undefined) store?.remove(file);
    tell(error, replaced);
    for (const listener of onSettled) listener();
  }

  function close(message: PendingMessage) {
    const { settle: tell } = message;
    if (message.file === undefined) {
      settle(message, new EztError('closed'));
      return;
    }
    counts.add(message.owner, -1);
    message.owner = undefined;
    message.settle = settleWithoutOwner(store);
    tell?.(new EztError('closedKept'));
    for (const listener of onSettled) listener();
  }

  const expire = (message: PendingMessage) => settle(message, expiryError(message));

  /** One timer for all: messages expire in the order in which they were accepted. */
  function watchExpiry() {
    const [oldest] = pending;
    if (timer || !oldest) return;
    const wait = Math.max(1, Math.ceil(oldest.expires - clock.now()));
    timer = setTimeout(() => {
      timer = undefined;
      const now = clock.now();
      for (const message of pending) {
        if (message.expires > now) break;
        expire(message);
      }
      onExpired();
      watchExpiry();
    }, wait);
  }

  const size = (owner?: object) => (owner ? counts.of(owner) : pending.size);

  return {
    counters,
    add(messages, first) {
      if (first) {
        pending = new Set([...messages, ...pending]);
        clearTimeout(timer); // they may expire before all the others
        timer = undefined;
      } else {
        for (const message of messages) pending.add(message);
      }
      counts.add(messages[0]?.owner, messages.length);
      counters.accepted += messages.length;
      watchExpiry();
    },
    settle,
    replace: (message) => settle(message, undefined, true),
    close,
    closeAll() {
      clearTimeout(timer);
      for (const message of pending) {
        close(message);
        message.settle = undefined; // those on disk are not sent any more by this outbox
      }
      pending.clear();
      for (const listener of onSettled) listener();
    },
    of: (owner) => [...pending].filter((message) => !owner || message.owner === owner),
    size,
    drained(timeout, owner) {
      if (size(owner) === 0) return Promise.resolve();
      return new Promise((resolve) => {
        const finish = () => {
          clearTimeout(late);
          onSettled.delete(check);
          resolve();
        };
        const check = () => {
          if (size(owner) === 0) finish();
        };
        const late = setTimeout(finish, timeout);
        onSettled.add(check);
      });
    },
    isExpired: ({ expires, stored }, now) =>
      expires <= now || (stored !== undefined && ageOf(stored.accepted) >= stored.lifetime),
    expire,
  };
}

/**
 * Returns what to call `count` times: then it resolves with the number of calls for replaced ones, or rejects with the
 * first error it was called with.
 */
export function settleAll(
  count: number,
  resolve: (replaced: number) => void,
  reject: (error: EztError) => void,
) {
  let left = count;
  let failure: EztError | undefined;
  let replacedOnes = 0;
  return (error?: EztError, replaced = false) => {
    failure ??= error;
    if (replaced) replacedOnes += 1;
    left -= 1;
    if (left > 0) return;
    if (failure) reject(failure);
    else resolve(replacedOnes);
  };
}
