import { EztError, NUMBERS, readNumber } from '../../cloud';
import type { Message } from '../shared/input';

/**
 * Milliseconds to wait for a reply: what the node says, else `msg.timeout` in seconds, else the default. Throws
 * `EZT_PAYLOAD` for a `msg.timeout` that is no such number.
 */
export function timeoutOf(configured: number | undefined, { timeout }: Message): number {
  if (configured !== undefined) return configured;
  const { byDefault, min, max } = NUMBERS.timeout;
  if (timeout === undefined || timeout === null || timeout === '') return 1000 * byDefault;
  const seconds = readNumber(timeout, NUMBERS.timeout);
  if (seconds === undefined) throw new EztError('timeoutInvalid', { min, max });
  return 1000 * seconds;
}
