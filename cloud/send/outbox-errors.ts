import { EztError } from '../protocol/errors';

/** Why `count` messages are not accepted beside those that wait: now, or never. */
export const queueFull = (count: number, limit: number): EztError =>
  count > limit ? new EztError('queueTooShort', { count, limit }) : new EztError('queueFull', { limit });

/** A disk to write to; a connection; the broker's answer to it, to those before it or to a subscription; its turn. */
export type Awaited = 'disk' | 'connection' | 'answer' | 'turn';

/** Why a message has expired: by what it waited for last, for `expiry` ms. Its turn comes with the rate, if there is one. */
export function expired(expiry: number, rate: number, awaited: Awaited): EztError {
  const seconds = expiry / 1000;
  if (awaited === 'disk') return new EztError('expiredByDisk', { seconds });
  if (awaited === 'answer') return new EztError('expiredUnanswered', { seconds });
  if (awaited === 'turn' && rate > 0) return new EztError('expiredByRate', { seconds, rate });
  return new EztError('expired', { seconds });
}
