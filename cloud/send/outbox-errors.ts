import { EztError } from '../protocol/errors';

/** Why `count` messages are not accepted beside those that wait: now, or never. */
export const queueFull = (count: number, limit: number): EztError =>
  count > limit ? new EztError('queueTooShort', { count, limit }) : new EztError('queueFull', { limit });

/** What a message waited for last, for `expiry` ms: a link, the broker's answer to it or to those before it, or the rate. */
export function expired(expiry: number, rate: number, linked: boolean, unanswered: boolean): EztError {
  const seconds = expiry / 1000;
  if (!linked) return new EztError('expired', { seconds });
  return unanswered
    ? new EztError('expiredUnanswered', { seconds })
    : new EztError('expiredByRate', { seconds, rate });
}
