/** Characters of a parameter that are looked at, and of one that is a list. */
const LONGEST = 256;
const LONGEST_LIST = 8_192;

/** A parameter of a query may also be missing, a list or an object. */
export const textOf = (parameter: unknown, longest = LONGEST): string =>
  typeof parameter === 'string' ? parameter.slice(0, longest) : '';

export const listText = (parameter: unknown): string => textOf(parameter, LONGEST_LIST);

/** How many are asked for: a whole number above 0. */
export function limitOf(
  parameter: unknown,
  { byDefault, most }: { byDefault: number; most: number },
): number {
  const limit = Number(textOf(parameter));
  return Number.isInteger(limit) && limit > 0 ? Math.min(limit, most) : byDefault;
}
