import { dropBlanks } from './names';

/** By how much a number must differ from the one sent last, to be sent. */
export interface Deadband {
  readonly by: number;
  /** Whether `by` is a percentage of the number sent last. */
  readonly percent: boolean;
}

/** A number from 0, or text such as `0.5` or `5%`; `undefined` for anything else. Form and runtime take the same. */
export function readDeadband(value: unknown): Deadband | undefined {
  if (typeof value === 'number') return make(value, false);
  const [, digits, sign] =
    typeof value === 'string' ? (/^(\d+\.?\d*|\.\d+)\s*([%％]?)$/.exec(dropBlanks(value)) ?? []) : [];
  return digits === undefined ? undefined : make(Number(digits), sign !== '');
}

const make = (by: number, percent: boolean): Deadband | undefined =>
  by >= 0 && Number.isFinite(by) ? { by, percent } : undefined;

/**
 * Whether `value` differs from `last` by the deadband or more, as the `deadband ≥` of Node-RED's filter node. A
 * difference that only rounding makes smaller counts (20.2 − 20.1 with 0.1). It never hides what cannot be compared:
 * a difference beyond all numbers counts, and so does any from 0 with a percentage.
 */
export function exceeds(value: number, last: number, { by, percent }: Deadband): boolean {
  if (value === last) return false;
  const gap = percent ? Math.abs(last) * (by / 100) : by;
  const rounding = 4 * Number.EPSILON * Math.max(Math.abs(value), Math.abs(last));
  return !(Math.abs(value - last) + rounding < gap);
}
