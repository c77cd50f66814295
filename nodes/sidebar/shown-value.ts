/** A value of a device as one line: text as it is, all else as JSON. `undefined`: it is not held. */
export function lineOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined ? '' : JSON.stringify(value);
}

/** The same on several lines, for reading and copying. */
export function linesOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined ? '' : JSON.stringify(value, null, 2);
}

/** `01 03 02 00 eb` for `01030200eb`. */
export const spacedHex = (hex: string): string => hex.replace(/(..)(?=.)/g, '$1 ');

/** Hours, minutes, seconds and milliseconds of the day, as clocks here show it. */
export function timeOfDay(time: number): string {
  const date = new Date(time);
  const two = (number: number) => String(number).padStart(2, '0');
  const day = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${day}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
