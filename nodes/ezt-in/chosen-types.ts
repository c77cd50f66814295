import { isVariable } from '../../cloud/protocol/names';
import { CHANNELS } from '../../cloud/protocol/topics';
import { field, fieldText } from '../editor/form';
import type { EditedNode, Translate } from '../editor/red';

/** A box for each type, ticked if it is one of `types`; also for what is no type, such as `${NAME}`, lest saving lose it. */
export function showTypes(node: { _: Translate }, types: readonly string[]): void {
  const foreign = types.filter((type) => !CHANNELS.some((channel) => channel === type));
  for (const type of [...CHANNELS, ...foreign]) {
    const text = foreign.includes(type) ? type : node._(`eztcloud.type.${type}`);
    const box = $('<input type="checkbox">').attr({ id: `ezt-in-type-${type}`, 'data-type': type });
    box.prop('checked', types.includes(type));
    $('<label>').append(box, $('<span>').text(text)).appendTo('.ezt-types');
  }
}

export const typeBoxes = (): JQuery => $('.ezt-types input');
const typeOf = (box: HTMLElement): string => box.dataset.type ?? '';

export function chosenTypes(): string[] {
  return typeBoxes().filter(':checked').toArray().map(typeOf);
}

/** Whose methods the chosen types have: events', commands', or both. */
export function methodKinds(): ('events' | 'commands')[] {
  const chosen = chosenTypes();
  const kinds = [
    ...(chosen.includes('event_report') ? ['events' as const] : []),
    ...(chosen.includes('command_reply') ? ['commands' as const] : []),
  ];
  return kinds.length > 0 ? kinds : ['events', 'commands'];
}

/**
 * Shows only the rows that do something for the chosen types; none chosen means all of them, a variable may. A row with
 * something wrong in it stays: the runtime would refuse that, and nobody would see where it is.
 */
export function showWhatMatters(node: EditedNode<object>, lists: readonly string[]): void {
  const chosen = chosenTypes();
  const all = chosen.length === 0 || chosen.some(isVariable);
  const when = fieldText(node, 'when');
  $('.ezt-only').each((_, row) => {
    const types = row.dataset.types?.split(' ') ?? [];
    const fits = row.dataset.when === undefined || row.dataset.when === when || isVariable(when);
    const matters = fits && (all || types.some((type) => chosen.includes(type)));
    $(row).toggle(matters || lists.some((name) => isWrongIn(row, node, name)));
  });
}

function isWrongIn(row: HTMLElement, node: EditedNode<object>, name: string): boolean {
  const control = field(node, name);
  const { validate } = node._def.defaults[name] ?? {};
  return row.contains(control[0] ?? null) && validate?.call(node, control.val(), {}) !== true;
}
