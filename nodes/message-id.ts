import { randomBytes } from 'node:crypto';

const run = randomBytes(4).toString('hex');
let count = 0;

/**
 * A new `_msgid`: 16 hexadecimal digits as Node-RED gives, which makes each from eight random numbers and takes as long
 * for it as we for all of the routing (docs/performance.md).
 */
export function newMessageId(): string {
  count = (count + 1) % 2 ** 32;
  return run + count.toString(16).padStart(8, '0');
}
