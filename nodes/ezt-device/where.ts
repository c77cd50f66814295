import type { Node, NodeAPI } from 'node-red';
import {
  type ConfiguredRule,
  type DeviceRule,
  EztError,
  jsonIn,
  OPERATORS,
  type Place,
  RULE_FIELDS,
  type RuleProblem,
  readRule,
  readRuleValue,
  VALUE_TYPES,
} from '../../cloud';
import type { Message } from '../shared/input';
import { bad, type Raw, resolved } from '../shared/raw-settings';
import { asError } from '../shared/texts';

const EXPECTED: Record<RuleProblem, string> = {
  field: RULE_FIELDS.join(', ').replace('attribute', 'attribute:<identifier>'),
  op: OPERATORS.join(', '),
  value: 'a value of the type that the field has',
  valueType: VALUE_TYPES.join(', '),
};

/** The rules of the property `where`: a list, or JSON text from a variable. Throws `EZT_CONFIG`. */
export function configuredRules({ where }: Raw): ConfiguredRule[] {
  const rules: unknown =
    typeof where === 'string' && where !== '' ? jsonIn(resolved(where, 'where')) : where || [];
  if (!Array.isArray(rules)) throw bad('where', '[{field, op, value}]');
  return rules.map((raw: unknown, i) => {
    const { value } = (raw ?? {}) as { value?: unknown };
    if (typeof value === 'string') resolved(value, `where[${i}].value`);
    const rule = readRule(raw);
    if ('problem' in rule) throw bad(`where[${i}].${rule.problem}`, EXPECTED[rule.problem]);
    return rule;
  });
}

/** The rules with the values that stand in `message`, context or environment now. Throws `EZT_CONFIG`. */
export async function rulesFor(
  RED: NodeAPI,
  node: Node,
  rules: readonly ConfiguredRule[],
  message: Message,
): Promise<DeviceRule[]> {
  const found: DeviceRule[] = [];
  for (const [i, rule] of rules.entries()) {
    if (!('from' in rule)) {
      found.push(rule);
      continue;
    }
    const { field, attribute, op, from } = rule;
    const value = readRuleValue(rule, op, await valueAt(RED, node, from, message));
    if (value === undefined) {
      throw new EztError('ruleValue', { rule: i + 1, field: attribute || field, where: placeName(from) });
    }
    found.push({ field, attribute, op, value });
  }
  return found;
}

/** What stands at a place; `undefined` if nothing does. */
function valueAt(RED: NodeAPI, node: Node, { type, at }: Place, message: Message): Promise<unknown> {
  return new Promise((resolve, reject) => {
    RED.util.evaluateNodeProperty(at, type, node, message, (error, value: unknown) => {
      // Node-RED reads on where the path has ended: `a.b` of a message without `a`.
      if (error instanceof TypeError) resolve(undefined);
      else if (error) reject(asError(error));
      else resolve(type === 'env' ? fromEnvironment(value) : value);
    });
  });
}

/** The environment of a process is always text, and empty for a variable that is not set. */
function fromEnvironment(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const read = jsonIn(value);
  return typeof read === 'number' || typeof read === 'boolean' ? read : value || undefined;
}

/** A place as the form shows it. */
function placeName({ type, at }: Place): string {
  // A context store other than the default is written `#:(store)::key`.
  return type === 'env' ? `\${${at}}` : `${type}.${at.replace(/^#:\(.*?\)::/, '').slice(0, 100)}`;
}
