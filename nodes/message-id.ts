const digits = (number: number) => number.toString(16).padStart(8, '0');

const run = digits(Math.floor(Math.random() * 2 ** 32));
let count = 0;

/**
 * A new `_msgid`: 16 hexadecimal digits as Node-RED gives, which makes each from eight random numbers and takes as long
 * for it as we for all of the routing (docs/performance.md).
 */
export function newMessageId(): string {
  count = (count + 1) % 2 ** 32;
  return run + digits(count);
}
