import {
  formatRuleField,
  operatorsOf,
  RULE_FIELDS,
  readRule,
  readRuleField,
  VALUE_TYPES,
  type ValueType,
} from '../../cloud/protocol/device-rules';
import { isVariable } from '../../cloud/protocol/names';
import { OPERATORS, type Operator } from '../../cloud/protocol/operators';
import type { Translate } from '../editor/red';
import { isPlace, type RawRule, savedValue, shownValue, typesOf } from './rule-value';

interface Node {
  _: Translate;
  where?: unknown;
}

const SIGNS: Record<Operator, string> = { eq: '==', neq: '!=', gt: '>', gte: '>=', lt: '<', lte: '<=' };
const NEW: RawRule = { field: 'online', op: 'eq', value: false };

const list = (): JQuery => $('#ezt-where');

/** Shows the rules of `node` as a list, like the switch node's. `suggest` offers identifiers of attributes in a field. */
export function prepareRules(node: Node, suggest: (input: JQuery) => void): void {
  list().editableList<{ rule?: RawRule }>({
    addItem: (container, _index, { rule }) => addRow(node, container, rule ?? NEW, suggest),
    removable: true,
    sortable: true,
    height: 'auto',
  });
  for (const rule of Array.isArray(node.where) ? node.where : []) list().editableList('addItem', { rule });
}

/** The rules in the list, for `oneditsave`; what the node holds if that is a variable, or nothing, and there are none. */
export function savedRules<T>(held: T): T | RawRule[] {
  const rows = list().editableList('items').toArray();
  return rows.length === 0 && !Array.isArray(held) ? held : rows.map((row) => ruleIn($(row)));
}

/** The rule that a row of the list holds. */
function ruleIn(row: JQuery): RawRule {
  const part = (name: string) => row.find(`.ezt-rule-${name}`);
  const field = String(part('field').val());
  const attribute = String(part('attribute').val()).trim();
  const input = part('value');
  return {
    field: field === 'attribute' ? formatRuleField({ field, attribute }) : field,
    op: String(part('op').val()),
    ...savedValue({ type: typeIn(input), text: input.typedInput('value') }),
  };
}

const typeIn = (input: JQuery): ValueType =>
  VALUE_TYPES.find((each) => each === input.typedInput('type')) ?? 'str';

function addRow(node: Node, row: JQuery, rule: RawRule, suggest: (input: JQuery) => void): void {
  const text = (key: string) => node._(`eztcloud.rule.${key}`);
  const line = $('<div class="ezt-rule">').appendTo(row);
  row.siblings('.red-ui-editableList-item-remove').attr('aria-label', text('remove'));
  const field = addFields(line, rule, text);
  const attribute = addAttribute(line, rule, text);
  suggest(attribute);
  const op = $('<select class="ezt-rule-op">').attr('aria-label', text('op')).appendTo(line);
  offerOperators(op, field.val(), rule.op);
  const value = addValue(line, field.val(), rule, text);
  const problem = $('<div class="ezt-rule-problem" role="status">').appendTo(row);

  function check() {
    const read = readRule(ruleIn(row));
    const wrong = 'problem' in read && !isVariable(value.typedInput('value')) ? read.problem : undefined;
    attribute.toggle(field.val() === 'attribute').toggleClass('input-error', wrong === 'field');
    problem.text(wrong === undefined ? '' : text(wrong === 'field' ? 'badField' : 'badValue'));
  }
  field.on('change', () => {
    offerOperators(op, field.val(), field.val() === 'silent' ? 'gt' : op.val());
    const before = typeIn(value);
    const [type = 'str', ...more] = typesOf(field.val());
    value.typedInput('types', [type, ...more]);
    if (isPlace(before)) return;
    value.typedInput('type', type);
    // A value of another type would be one that nobody has chosen, such as a tag `false`.
    if (type !== before) value.typedInput('value', type === 'bool' ? 'false' : '');
  });
  row.on('change keyup', check);
  check();
}

function addFields(line: JQuery, rule: RawRule, text: (key: string) => string): JQuery {
  const field = $('<select class="ezt-rule-field">').attr('aria-label', text('field')).appendTo(line);
  for (const each of RULE_FIELDS) addOption(field, each, text(each));
  const held = String(rule.field);
  const kind = held.startsWith('attribute:') ? 'attribute' : held;
  // What the form does not know is shown and kept, for the user to correct.
  if (!RULE_FIELDS.some((each) => each === kind)) addOption(field, held, held);
  return field.val(kind);
}

function addAttribute(line: JQuery, rule: RawRule, text: (key: string) => string): JQuery {
  return $('<input type="text" class="ezt-rule-attribute">')
    .attr({ 'aria-label': text('attribute'), placeholder: text('attribute') })
    .val(readRuleField(rule.field)?.attribute ?? '')
    .appendTo(line);
}

/** Offers the operators that make sense for a field, and `held` if it is none of those that exist. */
function offerOperators(op: JQuery, field: unknown, held: unknown): void {
  const offered: readonly string[] = operatorsOf(RULE_FIELDS.find((each) => each === field) ?? 'attribute');
  op.empty();
  for (const each of OPERATORS) if (offered.includes(each)) addOption(op, each, SIGNS[each]);
  const known = OPERATORS.some((each) => each === held);
  if (!known) addOption(op, String(held), String(held));
  op.val(known && !offered.includes(String(held)) ? 'eq' : String(held));
}

function addValue(line: JQuery, field: unknown, rule: RawRule, text: (key: string) => string): JQuery {
  const cell = $('<div class="ezt-rule-cell">').appendTo(line);
  const value = $('<input type="text" class="ezt-rule-value" style="width: 100%">').appendTo(cell);
  const shown = shownValue(rule);
  const types = typesOf(field);
  // Text is shown as the field has it, e.g. "30" as a number of seconds; what the field cannot be is kept.
  const type = types.includes(shown.type) || shown.type === 'json' ? shown.type : (types[0] ?? 'str');
  value.typedInput({ types: [...new Set([...types, type])], default: type });
  value.typedInput('value', shown.text);
  cell.find('.red-ui-typedInput-input').attr('aria-label', text('value'));
  cell.find('.red-ui-typedInput-type-select').attr('aria-label', text('valueType'));
  return value;
}

const addOption = (select: JQuery, value: string, label: string) =>
  $('<option>').attr('value', value).text(label).appendTo(select);
