const eightDigits = (number: number) => number.toString(16).padStart(8, '0');

const ofThisRun = eightDigits(Math.floor(Math.random() * 2 ** 32));
let count = 0;

/**
 * A new `_msgid`, 16 hexadecimal digits as Node-RED's own. Node-RED draws eight random numbers for each, which takes as
 * long as all of our routing (docs/performance.md); here only the first half is random, once for each start.
 */
export function newMessageId(): string {
  count = (count + 1) % 2 ** 32;
  return ofThisRun + eightDigits(count);
}
