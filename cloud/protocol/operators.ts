// How the rules of `ezt-device` and the limits of `ezt-watch` compare values. The editor's script uses this file too.

export const EQUALITY = ['eq', 'neq'] as const;
export const ORDER = ['gt', 'gte', 'lt', 'lte'] as const;
export const OPERATORS = [...EQUALITY, ...ORDER] as const;

export type Operator = (typeof OPERATORS)[number];
export type Order = (typeof ORDER)[number];

/** Whether it asks for an order, which not all values have. */
export const isOrder = (op: Operator): op is Order => op !== 'eq' && op !== 'neq';

/** Whether `a op b`. Texts are compared by UTF-16 code units, so that ISO times come in order. */
export function inOrder<T extends number | string>(a: T, op: Order, b: T): boolean {
  switch (op) {
    case 'gt':
      return a > b;
    case 'gte':
      return a >= b;
    case 'lt':
      return a < b;
    case 'lte':
      return a <= b;
  }
}

/** A finite number, or text such as `-12.5` or `1e3`. */
export function readDecimal(value: unknown): number | undefined {
  const text = typeof value === 'string' && /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\s*$/i.test(value);
  const number = text ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/**
 * What `written`, from a form or a message, means beside `found`, which a device has reported: a form knows no types, so
 * text such as `30` or `true` means the number or the boolean that is written so.
 */
export function meantBy(written: unknown, found: unknown): unknown {
  if (typeof written !== 'string') return written;
  if (typeof found === 'number') return readDecimal(written) ?? written;
  return typeof found === 'boolean' && String(found) === written ? found : written;
}
