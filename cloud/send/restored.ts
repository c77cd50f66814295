import { EztError } from '../protocol/errors';
import { ageOf, isFromTheFuture } from './age';
import { type Entry, nobodyAwaits } from './held';
import type { StoredMessage } from './message-files';
import type { MessageStore } from './message-store';

/** What an earlier life left and what is to be sent still; the rest is removed, and told. `expiry`: ms at most. */
export function restored(
  messages: readonly StoredMessage[],
  store: MessageStore,
  now: number,
  expiry: number,
): Entry[] {
  const entries: Entry[] = [];
  const settle = nobodyAwaits(store);
  for (const one of messages) {
    const { name, message, accepted, lifetime } = one;
    // What the clock dates into the future is judged when it is to be sent.
    const left = Math.min(isFromTheFuture(accepted) ? lifetime : lifetime - ageOf(accepted), expiry);
    const place = { owner: undefined, file: name, awaits: undefined, stored: one };
    if (left <= 0) store.remove(name);
    else entries.push({ ...place, message, expires: now + left, settle });
  }
  const expired = messages.length - entries.length;
  if (expired > 0) store.onError(new EztError('expiredOnDisk', { count: expired }));
  return entries;
}
