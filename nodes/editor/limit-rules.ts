import { isVariable } from '../../cloud/protocol/names';
import { OPERATORS } from '../../cloud/protocol/operators';
import { type LimitProblem, readLimit } from '../../cloud/protocol/threshold';
import type { Problem } from './rules';

/** What an attribute is compared with. */
export const limitValue = (op: string, value: unknown): Problem => limitProblem(op, value, '');

/** A second limit; `value`: the first one. If that is not known, or wrong, any number will do. */
export function limitClear(op: string, value: unknown, clear: unknown): Problem {
  const isUnknown = isVariable(value) || limitValue(op, value) !== undefined;
  return limitProblem(op, isUnknown ? clear : value, clear);
}

function limitProblem(op: string, value: unknown, clear: unknown): Problem {
  const known = OPERATORS.find((each) => each === op);
  const limit = known && readLimit(known, value, clear);
  return typeof limit === 'string' ? [LIMIT_PROBLEMS[limit]] : undefined;
}

const LIMIT_PROBLEMS: Record<LimitProblem, string> = {
  value: 'missing',
  valueNumber: 'anyNumber',
  clear: 'anyNumber',
  clearOrder: 'clearOrder',
  clearAbove: 'clearAbove',
  clearBelow: 'clearBelow',
};
