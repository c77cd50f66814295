import { isVariable } from '../../cloud/protocol/names';
import { formatList, listOf, parseList } from './lists';
import type { EditedNode } from './red';

type AnyNode = EditedNode<object>;

/** The form's control for a property or credential. */
export function field(node: Pick<AnyNode, '_def'>, name: string): JQuery {
  return $(`#node-${node._def.category === 'config' ? 'config-' : ''}input-${name}`);
}

/** What that control holds, as trimmed text, of a checkbox `true` or `false`; `undefined` where the form has none. */
export function fieldText(node: Pick<AnyNode, '_def'>, name: string): string | undefined {
  const control = field(node, name);
  if (control.attr('type') === 'checkbox') return String(control.prop('checked') === true);
  const value = control.val();
  return value === undefined || value === null ? undefined : String(value).trim();
}

/**
 * Shows the default of each property that the node does not have: flows written by hand leave properties out, and
 * Node-RED leaves defaults of 0 out of a new config node. Call it after filling selects and before making typed inputs.
 */
export function prepareDefaults(node: AnyNode): void {
  for (const [name, { value, type }] of Object.entries(node._def.defaults)) {
    const given: unknown = Reflect.get(node, name);
    if (given !== undefined || type !== undefined) continue;
    const control = field(node, name);
    if (typeof value === 'boolean') control.prop('checked', value);
    else control.val(String(value));
  }
}

/**
 * The values of number fields, as numbers, for `oneditsave`; an empty field gives the default. `${NAME}` and what is
 * not a number stay text. Node-RED, which stores text afterwards, keeps a number that equals the text of its field.
 */
export function savedNumbers(node: AnyNode, names: readonly string[]): Record<string, number | string> {
  const entries = names.map((name): [string, number | string] => {
    const text = fieldText(node, name) || defaultOf(node, name);
    const value = isVariable(text) || Number.isNaN(Number(text)) ? text : Number(text);
    field(node, name).val(String(value));
    return [name, value];
  });
  return Object.fromEntries(entries);
}

export function prepareList(node: AnyNode, name: string, items: unknown): void {
  const control = field(node, name).val(formatList(listOf(items)));
  pasteLinesAsList(control);
}

/** Pasted lines become a list: a text field by itself drops line ends and would join the names into one. */
export function pasteLinesAsList(control: JQuery): void {
  control.on('paste', ({ originalEvent }) => {
    const pasted =
      originalEvent instanceof ClipboardEvent ? originalEvent.clipboardData?.getData('text') : '';
    if (!pasted || !/[\r\n]/.test(pasted.trim())) return;
    originalEvent?.preventDefault();
    document.execCommand('insertText', false, formatList(parseList(pasted)));
  });
}

/**
 * The values of list fields, for `oneditsave`: an array, or the node's own value if that means the same. See
 * `savedNumbers` for why the field is written too.
 */
export function savedLists(node: AnyNode, names: readonly string[]): Record<string, unknown> {
  const entries = names.map((name): [string, unknown] => {
    const saved = unlessSame(parseList(fieldText(node, name) ?? ''), Reflect.get(node, name));
    field(node, name).val(String(saved));
    return [name, saved];
  });
  return Object.fromEntries(entries);
}

/** `items`, or the node's own value if that means the same, such as `${NAME}` without a list around it. */
export const unlessSame = (items: string[], held: unknown): unknown =>
  held !== undefined && JSON.stringify(listOf(held)) === JSON.stringify(items) ? held : items;

/** Turns a checkbox whose setting is a variable into a text field, so that saving does not lose it. */
export function keepForeignFlag(node: AnyNode, name: string): void {
  const value: unknown = Reflect.get(node, name);
  if (isVariable(value)) field(node, name).attr('type', 'text').addClass('ezt-variable').val(value);
}

/** Gives each select an option for a value it does not offer, such as `${NAME}`, so that saving does not lose it. */
export function keepForeignOptions(node: AnyNode, values: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(values)) {
    const select = field(node, name);
    const offered = select.find('option').toArray();
    if (value === undefined || offered.some((option) => option.getAttribute('value') === String(value)))
      continue;
    $('<option>').attr('value', String(value)).text(String(value)).appendTo(select);
    select.val(String(value));
  }
}

/** The same as {@link keepForeignOptions} for references to config nodes; a reference to a deleted node is not kept. */
export function keepVariables(node: AnyNode, names: readonly string[]): void {
  const values = names.map((name): [string, unknown] => [name, Reflect.get(node, name)]);
  keepForeignOptions(node, Object.fromEntries(values.filter(([, value]) => isVariable(value))));
}

/** Fills the QoS select, which is the same in every node, and selects the node's value. */
export function prepareQos(node: EditedNode<{ qos: number | string }>): void {
  const select = field(node, 'qos').empty();
  for (const qos of [0, 1, 2]) {
    $('<option>')
      .attr('value', qos)
      .text(node._(`eztcloud.option.qos${qos}`))
      .appendTo(select);
  }
  select.val(String(node.qos));
  keepForeignOptions(node, { qos: node.qos });
}

function defaultOf(node: AnyNode, name: string): string {
  return String(node._def.defaults[name]?.value ?? '');
}
