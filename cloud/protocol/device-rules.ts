import { tagKey } from './alias-table';
import { readFlag } from './limits';
import { dropBlanks, wordProblem } from './names';
import { EQUALITY, isOrder, OPERATORS, type Operator, readDecimal } from './operators';

// The rules by which `ezt-device` chooses devices. The editor's script uses this file too.

/** `attribute` stands as `attribute:<identifier>` in a rule. */
export const RULE_FIELDS = ['online', 'alarm', 'tag', 'silent', 'attribute'] as const;
export type RuleField = (typeof RULE_FIELDS)[number];

/**
 * What `value` is where it is not the value itself. `num`, `bool` and `json`: text that is read so, as from a variable;
 * the last four: a place, as the core nodes write it.
 */
export const VALUE_TYPES = ['str', 'num', 'bool', 'json', 'env', 'msg', 'flow', 'global'] as const;
export type ValueType = (typeof VALUE_TYPES)[number];
const PLACES = ['env', 'msg', 'flow', 'global'] as const;

/** Where a value is found when a message comes. */
export interface Place {
  readonly type: (typeof PLACES)[number];
  readonly at: string;
}

/** What a rule is about. */
export interface RuleSubject {
  readonly field: RuleField;
  /** Identifier of the attribute; empty for the other fields. */
  readonly attribute: string;
}

/** A rule with its value. Text means the number or boolean that is written so, too, where the device has one. */
export interface DeviceRule extends RuleSubject {
  readonly op: Operator;
  /** `silent`: seconds; `online` and `alarm`: boolean, or `null` for not known; `tag`: text; else what an attribute may be. */
  readonly value: unknown;
}

/** A rule as a node has it. */
export type ConfiguredRule = DeviceRule | (RuleSubject & { readonly op: Operator; readonly from: Place });

/** The part of a rule that is not valid. */
export type RuleProblem = 'field' | 'op' | 'value' | 'valueType';

/** Reads a rule as the flow file has it: `{field, op, value}`, with `valueType` where the value is not the value itself. */
export function readRule(raw: unknown): ConfiguredRule | { problem: RuleProblem } {
  const { field, op: operator, value, valueType: type } = (raw ?? {}) as Record<string, unknown>;
  const subject = readRuleField(field);
  if (!subject) return { problem: 'field' };
  const op = operatorsOf(subject.field).find((each) => each === operator);
  if (!op) return { problem: 'op' };
  const place = PLACES.find((each) => each === type);
  if (place) {
    if (typeof value !== 'string' || value.trim() === '') return { problem: 'value' };
    return { ...subject, op, from: { type: place, at: value } };
  }
  const named = type === undefined || type === '' ? undefined : VALUE_TYPES.find((each) => each === type);
  if (named === undefined && type !== undefined && type !== '') return { problem: 'valueType' };
  const read = readRuleValue(subject, op, typed(named, value));
  return read === undefined ? { problem: 'value' } : { ...subject, op, value: read };
}

/** Reads `online`, `alarm`, `tag`, `silent` or `attribute:<identifier>`; `undefined` for anything else. */
export function readRuleField(field: unknown): RuleSubject | undefined {
  if (typeof field !== 'string') return undefined;
  const [kind, ...rest] = field.split(':');
  if (kind === 'attribute' && rest.length > 0) {
    const attribute = dropBlanks(rest.join(':'));
    return wordProblem(attribute) ? undefined : { field: 'attribute', attribute };
  }
  const known = RULE_FIELDS.find((each) => each === field && each !== 'attribute');
  return known && { field: known, attribute: '' };
}

/** The inverse of {@link readRuleField}. */
export const formatRuleField = ({ field, attribute }: RuleSubject): string =>
  field === 'attribute' ? `attribute:${attribute}` : field;

/** The operators that make sense for a field. */
export const operatorsOf = (field: RuleField): readonly Operator[] =>
  field === 'silent' || field === 'attribute' ? OPERATORS : EQUALITY;

/** The value as a rule compares it; `undefined` when the rule can make nothing of it. All but attributes read text too. */
export function readRuleValue({ field }: RuleSubject, op: Operator, value: unknown): unknown {
  switch (field) {
    case 'online':
    case 'alarm':
      return value === null ? null : readFlag(value);
    case 'tag':
      return typeof value === 'string' ? tagKey(value) || undefined : undefined;
    case 'silent':
      return readSeconds(value);
    case 'attribute':
      return isOrder(op) ? orderable(value) : comparable(value);
  }
}

function readSeconds(value: unknown): number | undefined {
  const seconds = typeof value === 'string' ? readDecimal(value) : value;
  return typeof seconds === 'number' && seconds >= 0 ? seconds : undefined;
}

/** Numbers and text have an order. */
const orderable = (value: unknown): unknown =>
  typeof value === 'string' || (typeof value === 'number' && !Number.isNaN(value)) ? value : undefined;

const comparable = (value: unknown): unknown =>
  typeof value === 'boolean' || typeof value === 'object' ? value : orderable(value);

/** A value that is written as text, in its type. */
function typed(type: ValueType | undefined, value: unknown): unknown {
  if (typeof value !== 'string') return type === 'str' ? String(value) : value;
  switch (type) {
    case 'num':
      return readDecimal(value);
    case 'bool':
      return readFlag(value);
    case 'json':
      return jsonIn(value);
    default:
      return value;
  }
}

/** The value of JSON text; `undefined` for other text. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
