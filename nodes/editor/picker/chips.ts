import { namesSeveral } from '../../../cloud/protocol/names';
import type { UsesProject } from '../aliases';
import { aliasesOf } from '../aliases';
import { formatItem, formatList, parseList, splitTyped } from '../lists';
import { chipOf } from './chip';
import { namesInText, unquoted, withName } from './list-text';
import type { Edited, Named } from './picker';
import type { Looked } from './source';

/** A field that shows the names of a list as chips. */
export interface Chips extends Edited {
  /** All names in the field but the one that is being typed. */
  names(): readonly string[];
  /** Shows what is known of them. */
  show(looked: Looked): void;
}

/** More chips than that nobody reads; the others are counted. */
const MOST = 100;

/**
 * Shows the list in `held` as chips, with a text field behind them for the next one. `held`, the node's own field, keeps
 * the whole text, invisible on top: Node-RED reads and checks it there, and its tooltip with what is wrong shows there.
 * `changed`: its names are others now.
 */
export function createChips(node: UsesProject, held: JQuery, named: Named, changed: () => void): Chips {
  const say = node._;
  const box = $('<div class="ezt-pick">').insertBefore(held);
  const frame = $('<div class="ezt-pick-frame">');
  box.append(held.addClass('ezt-pick-held').attr({ tabindex: -1, 'aria-hidden': 'true' }), frame);
  const list = $('<ul class="ezt-chips">').attr('aria-label', say('eztcloud.picker.chosen')).appendTo(frame);
  const input = $('<input type="text" class="ezt-pick-input" spellcheck="false">')
    .attr(named)
    .appendTo(frame);
  /** The complete names as text, and what is typed behind them. */
  let before = '';
  let looked: Looked = { unseen: [], online: new Map() };

  const text = () => String(held.val() ?? '');
  const isOne = (whole: string) => aliasesOf(node).isAlias(whole) || !namesSeveral(whole);
  const namesOf = (whole: string): string[] => (isOne(whole) ? listOfOne(whole) : namesInText(whole));
  const typed = () => String(input.val() ?? '');

  /** Takes over what stands in `held`. `isComplete`: nobody is typing there. */
  function read(isComplete: boolean) {
    const whole = text();
    const isWhole = isComplete || (namesSeveral(whole) && aliasesOf(node).isAlias(whole));
    const last = isWhole ? { before: whole, typed: '' } : splitTyped(whole);
    before = last.before;
    input.val(last.typed);
    draw();
  }

  /** What is typed is a name now. */
  function complete() {
    if (typed() === '') return;
    before = text();
    input.val('');
    draw();
  }

  function write(whole: string, isFinal: boolean) {
    held.val(whole);
    held.trigger(isFinal ? 'change' : 'input', ['ezt']);
    if (isFinal) changed();
  }

  function draw() {
    const names = namesOf(before);
    const focused = list.find('button').index($(':focus'));
    list
      .empty()
      .append(names.slice(0, MOST).map((name, index) => chipOf(node, name, looked, () => remove(index))));
    if (names.length > MOST)
      $('<li class="ezt-chip">')
        .text(`+${names.length - MOST}`)
        .appendTo(list);
    list.toggle(names.length > 0);
    input.attr('placeholder', names.length === 0 ? (held.attr('placeholder') ?? '') : '');
    box.toggleClass('ezt-typing', typed() !== '');
    if (focused >= 0) list.find('button').eq(focused).trigger('focus');
  }

  function remove(index: number) {
    before = formatList(namesOf(before).filter((_, i) => i !== index));
    write(withName(before, typed()), true);
    draw();
    const left = list.find('button');
    if (index < left.length) left.eq(index).trigger('focus');
    else input.trigger('focus');
  }

  list.on('keydown', (event) => {
    const buttons = list.find('button');
    const at = buttons.index(event.target);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: buttons.length }[event.key];
    if (event.key === 'Backspace' || event.key === 'Delete') remove(at);
    else if (to === undefined) return;
    else if (to >= buttons.length) input.trigger('focus');
    else buttons.eq(Math.max(0, to)).trigger('focus');
    event.preventDefault();
    // Node-RED looks for what is around the button, which may be gone.
    event.stopPropagation();
  });
  input.on('keydown', (event) => {
    const { selectionStart, selectionEnd } = input[0] as HTMLInputElement;
    if (selectionStart !== 0 || selectionEnd !== 0) return;
    if (event.key !== 'ArrowLeft' && (event.key !== 'Backspace' || typed() !== '')) return;
    list.find('button').last().trigger('focus');
  });
  input.on('input', () => {
    const next = splitTyped(typed());
    if (next.before !== '') {
      before = withName(before, next.before);
      input.val(next.typed);
      write(withName(before, typed()), true);
    } else write(withName(before, typed()), false);
    draw();
  });
  input.on('paste', ({ originalEvent }) => {
    const pasted =
      originalEvent instanceof ClipboardEvent ? originalEvent.clipboardData?.getData('text') : '';
    if (!pasted || !namesSeveral(pasted.trim())) return;
    originalEvent?.preventDefault();
    before = withName(before, formatList([...parseList(typed()), ...namesInText(pasted)]));
    input.val('');
    write(before, true);
    draw();
  });
  input.on('blur', () => {
    if (typed() !== '') write(text(), true);
    complete();
  });
  held.on('input', (_event, by?: string) => {
    if (by !== 'ezt') read(false);
  });
  held.on('change', (_event, by?: string) => {
    if (by !== 'ezt') changed();
  });
  held.on('blur', () => read(true));
  // Whoever points at the field means the place to type at.
  held.on('mousedown', (event) => {
    event.preventDefault();
    input.trigger('focus');
  });
  held.on('click', () => input.trigger('focus').trigger('click'));
  frame.on('mousedown', (event) => {
    if ($(event.target).closest('input, button').length > 0) return;
    event.preventDefault();
    input.trigger('focus');
  });
  read(true);

  return {
    inputs: input.add(held),
    anchor: box,
    named,
    typed: () => unquoted(typed()),
    taken: () => namesOf(before),
    take(value) {
      const isHeld = held.is(document.activeElement ?? document.body);
      const whole = withName(before, formatItem(value));
      write(whole, true);
      if (!isHeld) before = whole;
      input.val(isHeld ? formatItem(value) : '');
      draw();
    },
    names: () => namesOf(before),
    show(news) {
      looked = news;
      draw();
    },
  };
}

const listOfOne = (whole: string): string[] => (whole.trim() === '' ? [] : [unquoted(whole.trim())]);
