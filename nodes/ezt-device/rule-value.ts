import {
  jsonIn,
  RULE_FIELDS,
  type RuleField,
  VALUE_TYPES,
  type ValueType,
} from '../../cloud/protocol/device-rules';
import { isVariable } from '../../cloud/protocol/names';

// How the form shows a rule's value, as type and text, and how it becomes a value again.

/** A rule as the flow file has it. */
export interface RawRule {
  field?: unknown;
  op?: unknown;
  value?: unknown;
  valueType?: unknown;
}

/** A value in a typed input. */
export interface Shown {
  type: ValueType;
  text: string;
}

const PLACES: readonly ValueType[] = ['msg', 'flow', 'global', 'env'];
const TYPES: Record<RuleField, ValueType[]> = {
  online: ['bool', ...PLACES],
  alarm: ['bool', ...PLACES],
  tag: ['str', ...PLACES],
  silent: ['num', ...PLACES],
  attribute: ['num', 'str', 'bool', 'json', ...PLACES],
};

/** Whether the text of such a value says where the value is found. */
export const isPlace = (type: ValueType): boolean => PLACES.includes(type);

/** What a typed input offers for a field, the default first; all of it for a field that is none. */
export const typesOf = (field: unknown): ValueType[] =>
  TYPES[RULE_FIELDS.find((each) => each === field) ?? 'attribute'];

export function shownValue({ value, valueType }: RawRule): Shown {
  const type = VALUE_TYPES.find((each) => each === valueType) ?? typeOf(value);
  return { type, text: typeof value === 'string' ? value : JSON.stringify(value ?? null) };
}

function typeOf(value: unknown): ValueType {
  switch (typeof value) {
    case 'string':
      return 'str';
    case 'number':
      return 'num';
    case 'boolean':
      return 'bool';
    default:
      return 'json';
  }
}

/** `value`, with `valueType` where the value is not the value itself, such as a place or a variable. */
export function savedValue({ type, text }: Shown): Pick<RawRule, 'value' | 'valueType'> {
  if (type === 'str') return { value: text };
  const value = isPlace(type) || isVariable(text) ? undefined : valueIn(type, text);
  return value === undefined ? { value: text, valueType: type } : { value };
}

/** The value that text means; `undefined` if it means none of that type. */
function valueIn(type: ValueType, text: string): unknown {
  if (type === 'bool') return text === 'true' ? true : text === 'false' ? false : undefined;
  if (type === 'num') return text.trim() === '' || Number.isNaN(Number(text)) ? undefined : Number(text);
  return jsonIn(text);
}
