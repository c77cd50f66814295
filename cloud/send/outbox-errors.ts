import { EztError } from '../protocol/errors';

/** Why `count` messages are not accepted: they do not fit now, or never will. */
export const queueFull = (count: number, limit: number): EztError =>
  count > limit ? new EztError('queueTooShort', { count, limit }) : new EztError('queueFull', { limit });

/**
 * What a message waits for: to be written to disk, a connection, an answer of the broker (to this message, an earlier
 * one or a subscription), the end of a pause because of the broker's quota, or its turn.
 */
export type Awaited = 'disk' | 'connection' | 'answer' | 'quota' | 'turn';

/** Why a message has expired after `expiry` ms, depending on what it waited for last. `rate`: the limit per second. */
export function expired(expiry: number, rate: number, awaited: Awaited): EztError {
  const seconds = expiry / 1000;
  if (awaited === 'disk') return new EztError('expiredByDisk', { seconds });
  if (awaited === 'answer') return new EztError('expiredUnanswered', { seconds });
  if (awaited === 'quota') return new EztError('expiredByQuota', { seconds });
  if (awaited === 'turn' && rate > 0) return new EztError('expiredByRate', { seconds, rate });
  return new EztError('expired', { seconds });
}
