import { inOrder, isOrder, meantBy, type Operator, readDecimal } from './operators';

// When an attribute is beyond its limit. The editor's script uses this file too.

/** `value op limit`; `clear`: a second limit, which ends what the first has begun (hysteresis). */
export interface Limit {
  readonly op: Operator;
  readonly value: LimitValue;
  readonly clear: number | undefined;
}

export type LimitValue = string | number | boolean;

/**
 * What is wrong with a limit. `value`: there is none. `valueNumber`: an order needs a number. `clear`: not a number.
 * `clearOrder`: an equation has no other side. `clearAbove`, `clearBelow`: on the wrong side; it may be at most, at
 * least, the limit.
 */
export type LimitProblem = 'value' | 'valueNumber' | 'clear' | 'clearOrder' | 'clearAbove' | 'clearBelow';

/** Reads the settings of a limit, typed or as text. `clear` may be empty. */
export function readLimit(op: Operator, value: unknown, clear: unknown): Limit | LimitProblem {
  const bare = typeof value === 'string' ? value.trim() : value;
  if (bare === undefined || bare === null || bare === '') return 'value';
  const number = readDecimal(bare);
  if (isOrder(op) && number === undefined) return 'valueNumber';
  if (!isPrimitive(bare)) return 'value';
  const limit = isOrder(op) && number !== undefined ? number : bare;
  if (isNothing(clear)) return { op, value: limit, clear: undefined };
  const end = readDecimal(clear);
  if (end === undefined) return 'clear';
  if (typeof limit !== 'number' || !isOrder(op)) return 'clearOrder';
  if (op.startsWith('gt') ? end > limit : end < limit)
    return op.startsWith('gt') ? 'clearAbove' : 'clearBelow';
  return { op, value: limit, clear: end };
}

/**
 * Whether `value` is beyond the limit; `undefined` if the two cannot be compared: only a number is more or less than
 * another, and text that looks like one is not one. Objects, arrays and null equal nothing and differ from nothing.
 */
export const isBeyond = ({ op, value: limit }: Limit, value: unknown): boolean | undefined =>
  compare(op, value, limit);

/** Whether what has been beyond the limit is so no longer; `undefined` as for {@link isBeyond}. */
export function isBack({ op, value: limit, clear }: Limit, value: unknown): boolean | undefined {
  const still = compare(op, value, clear ?? limit);
  return still === undefined ? undefined : !still;
}

function compare(op: Operator, value: unknown, limit: LimitValue): boolean | undefined {
  if (!isOrder(op))
    return isPrimitive(value) ? (value === meantBy(limit, value)) === (op === 'eq') : undefined;
  return typeof value === 'number' && typeof limit === 'number' ? inOrder(value, op, limit) : undefined;
}

const isPrimitive = (value: unknown): value is LimitValue =>
  ['string', 'number', 'boolean'].includes(typeof value);

const isNothing = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
