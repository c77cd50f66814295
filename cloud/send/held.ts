import { EztError } from '../protocol/errors';
import type { Outgoing } from '../transport/publish-packets';
import { type AgeClock, ageOf } from './age';
import type { StoredMessage } from './message-files';
import type { MessageStore } from './message-store';
import type { OutboxCounters } from './outbox-api';
import type { Awaited } from './outbox-errors';

/** A message that has been accepted. */
export interface Entry {
  readonly message: Outgoing;
  owner: object | undefined;
  /** On the clock that counts sleep. */
  readonly expires: number;
  /** `undefined` once settled. */
  settle: ((error?: EztError) => void) | undefined;
  /** Its name on disk, as long as it is there. */
  file: string | undefined;
  /** What it waits for before it is in line to be sent. */
  awaits: Awaited | undefined;
  /** As it was found on disk; undefined for a message accepted by this process. */
  readonly stored?: StoredMessage;
}

/** What is accepted and not yet settled, oldest first, with its counts and its expiry. */
export interface Held {
  readonly counters: OutboxCounters;
  /** `first`: before all the others. */
  add(entries: readonly Entry[], first?: boolean): void;
  settle(entry: Entry, error?: EztError): void;
  /** Its owner is told that it is closed. What is on disk is sent all the same, and nobody awaits it. */
  letGo(entry: Entry): void;
  /** Settles all: what is on disk stays there. */
  close(): void;
  /** Those of one owner. */
  of(owner: object): Entry[];
  size(owner?: object): number;
  drained(timeout: number, owner?: object): Promise<void>;
  /** Whether it has waited too long. A timer comes late when the machine has slept. */
  isOver(entry: Entry, now: number): boolean;
  expire(entry: Entry): void;
}

/** For what is on disk and whose owner has gone, or was in an earlier life. */
export const nobodyAwaits = (store: MessageStore | undefined) => (error?: EztError) => {
  if (error && error.reason !== 'closedKept') store?.onError(error);
};

/** `tooLate`: why a message has expired; `onExpired` is called when some have been settled for it. */
export function createHeld(
  tooLate: (entry: Entry) => EztError,
  clock: AgeClock,
  store: MessageStore | undefined,
  onExpired: () => void,
): Held {
  let open = new Set<Entry>();
  let timer: NodeJS.Timeout | undefined;
  const counts = new Map<object, number>();
  const onSettled = new Set<() => void>();
  const counters: OutboxCounters = { accepted: 0, acknowledged: 0 };

  function count(owner: object | undefined, difference: number) {
    if (!owner) return;
    const now = (counts.get(owner) ?? 0) + difference;
    if (now === 0) counts.delete(owner);
    else counts.set(owner, now);
  }

  function settle(entry: Entry, error?: EztError) {
    const { settle: tell, file } = entry;
    if (!tell) return;
    entry.settle = undefined;
    entry.file = undefined;
    open.delete(entry);
    count(entry.owner, -1);
    if (!error) counters.acknowledged += 1;
    if (file !== undefined) store?.remove(file);
    tell(error);
    for (const listener of onSettled) listener();
  }

  function letGo(entry: Entry) {
    const { settle: tell } = entry;
    if (entry.file === undefined) return settle(entry, new EztError('closed'));
    count(entry.owner, -1);
    entry.owner = undefined;
    entry.settle = nobodyAwaits(store);
    tell?.(new EztError('closedKept'));
    for (const listener of onSettled) listener();
  }

  const expire = (entry: Entry) => settle(entry, tooLate(entry));

  /** One timer for all: acceptance order is expiry order. */
  function watchExpiry() {
    if (timer) return;
    const [oldest] = open;
    if (!oldest) return;
    timer = setTimeout(
      () => {
        timer = undefined;
        const now = clock.now();
        for (const entry of open) {
          if (entry.expires > now) break;
          expire(entry);
        }
        onExpired();
        watchExpiry();
      },
      Math.max(1, Math.ceil(oldest.expires - clock.now())),
    );
  }

  const size = (owner?: object) => (owner ? (counts.get(owner) ?? 0) : open.size);

  return {
    counters,
    add(entries, first) {
      if (first) {
        open = new Set([...entries, ...open]);
        clearTimeout(timer); // they may expire before all the others
        timer = undefined;
      } else {
        for (const entry of entries) open.add(entry);
      }
      count(entries[0]?.owner, entries.length);
      counters.accepted += entries.length;
      watchExpiry();
    },
    settle,
    letGo,
    close() {
      clearTimeout(timer);
      for (const entry of open) {
        letGo(entry);
        entry.settle = undefined; // what is on disk
      }
      open.clear();
      for (const listener of onSettled) listener();
    },
    of: (owner) => [...open].filter((entry) => entry.owner === owner),
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
    isOver: ({ expires, stored }, now) =>
      expires <= now || (stored !== undefined && ageOf(stored.accepted) >= stored.lifetime),
    expire,
  };
}
