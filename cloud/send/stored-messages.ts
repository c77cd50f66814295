import { EztError } from '../protocol/errors';
import { acceptedNow, ageOf, isFromTheFuture } from './age';
import type { StoredMessage } from './message-files';
import type { MessageStore } from './message-store';
import { type PendingMessage, settleWithoutOwner } from './pending-messages';

/**
 * Makes messages that an earlier process left on disk pending again. Those that have expired are removed, and their
 * number is logged. `expiry`: ms at most from now.
 */
export function restoreMessages(
  stored: readonly StoredMessage[],
  store: MessageStore,
  now: number,
  expiry: number,
): PendingMessage[] {
  const restored: PendingMessage[] = [];
  const settle = settleWithoutOwner(store);
  for (const each of stored) {
    const { name, message, accepted, lifetime } = each;
    // A time in the future may yet be corrected; whether it has expired is checked again before it is sent.
    const left = Math.min(isFromTheFuture(accepted) ? lifetime : lifetime - ageOf(accepted), expiry);
    const rest = { owner: undefined, order: 0, file: name, awaits: undefined, stored: each };
    if (left <= 0) store.remove(name);
    else restored.push({ ...rest, message, expires: now + left, settle });
  }
  const expired = stored.length - restored.length;
  if (expired > 0) store.onError(new EztError('expiredOnDisk', { count: expired }));
  return restored;
}

/** Writes `messages` to disk, all or none; rejects as `store.write` does. `expiry`: ms from now. */
export async function storeMessages(
  messages: readonly PendingMessage[],
  store: MessageStore,
  expiry: number,
): Promise<void> {
  for (const each of messages) each.awaits = 'disk';
  const isWanted = () => messages.some(({ settle }) => settle);
  const outgoing = messages.map(({ message }) => message);
  const names = await store.write(outgoing, acceptedNow(), expiry, isWanted);
  for (const [i, each] of messages.entries()) {
    const name = names[i];
    if (each.settle) each.file = name;
    else if (name !== undefined) store.remove(name); // settled while it was being written
  }
}
