import type { UsesProject } from '../aliases';
import { type Action, contentOf } from './content';
import { takesKey } from './keys';
import type { Listen } from './listen';
import { createPopup } from './popup';
import { bestFirst, type Choice, type Found, MOST_ROWS, rankIn, type Source } from './source';

/** What a screen reader calls a field: by its label, which is translated only after the form has been prepared. */
export type Named = { 'aria-labelledby': string } | { 'aria-label': string };

/** The field that a picker helps to fill. */
export interface Edited {
  /** What gets the keys. */
  readonly inputs: JQuery;
  /** Below it the list opens. */
  readonly anchor: JQuery;
  readonly named: Named;
  /** What is typed, of the last name only where the field holds several. */
  typed(): string;
  /** Names that it holds besides. */
  taken(): readonly string[];
  /** Writes a name in the place of what is typed. */
  take(value: string): void;
}

export interface Picker {
  readonly isOpen: boolean;
  open(): void;
  close(): void;
}

/** Milliseconds after a key until Node-RED is asked, and between two looks while it listens to everything. */
const TYPING = 150;
const LIVE = 1_000;

/** Makes a field a combobox with a list of suggestions. Whatever is typed stays as it is until something is chosen. */
export function createPicker(node: UsesProject, edited: Edited, source: Source, listen: Listen): Picker {
  const say = node._;
  const popup = createPopup(edited.anchor, edited.named);
  const told = $('<span class="ezt-unseeable" role="status">').insertAfter(popup.element);
  /** The last answer, and what it was for. */
  let found: (Found & { typed: string }) | undefined;
  let actions: Action[] = [];
  let active = -1;
  let isOpen = false;
  let asking = false;
  let timer = 0;
  const { inputs, typed } = edited;

  inputs.attr({
    role: 'combobox',
    autocomplete: 'off',
    'aria-autocomplete': 'list',
    'aria-haspopup': 'listbox',
    'aria-expanded': 'false',
    'aria-controls': popup.id,
  });

  /** The last answer has all that fits what is typed now. */
  const isSure = (): boolean =>
    found !== undefined &&
    (found.typed === typed() || (found.total <= found.choices.length && typed().includes(found.typed)));

  function fitting(): Choice[] {
    const taken = edited.taken();
    const isNew = ({ value, also }: Choice) =>
      value === typed() || ![value, ...also.slice(0, 1)].some((name) => taken.includes(name));
    return bestFirst(found?.choices ?? [], typed()).filter(isNew);
  }

  function choose(value: string) {
    close();
    edited.take(value);
  }

  function draw() {
    if (!found) return;
    const fits = fitting();
    const content = contentOf(say, {
      ...{ found, fits, typed: typed(), what: source.what, listen },
      choose,
      listened: () => void ask(),
    });
    const held = actions[active]?.option.text();
    popup.fill(content);
    actions = content.actions;
    for (const { option, choose: run } of actions) option.on('click', run);
    told.text(say('eztcloud.picker.results', { count: Math.min(fits.length, MOST_ROWS) }));
    popup.place();
    activate(held === undefined ? -1 : actions.findIndex(({ option }) => option.text() === held));
  }

  function activate(index: number) {
    active = index;
    popup.activate(index);
    const id = actions[index]?.option.attr('id');
    if (id === undefined) inputs.removeAttr('aria-activedescendant');
    else inputs.attr('aria-activedescendant', id);
  }

  function askIn(ms: number) {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void ask(), ms);
  }

  /** One request at a time; what has been typed meanwhile is asked for next. */
  async function ask() {
    if (asking) return;
    asking = true;
    const wanted = typed();
    const answer = await source.find(wanted);
    asking = false;
    if (!isOpen) return;
    found = { ...answer, typed: wanted };
    draw();
    if (!isSure()) askIn(TYPING);
    else if (answer.answer.listening > 0) askIn(LIVE);
  }

  function open() {
    if (isOpen) return;
    isOpen = true;
    active = -1;
    inputs.attr('aria-expanded', 'true');
    draw();
    void ask();
  }

  function close() {
    if (!isOpen) return;
    isOpen = false;
    window.clearTimeout(timer);
    popup.hide();
    told.text('');
    found = undefined;
    actions = [];
    activate(-1);
    inputs.attr('aria-expanded', 'false');
  }

  /** What Enter and Tab choose: the active row, else the first that fits what is typed, if that can be told already. */
  function chosen(): Action | undefined {
    if (active >= 0) return actions[active];
    if (typed() === '' || !found) return undefined;
    const [first] = fitting();
    if (!first || (!isSure() && (rankIn(typed(), first) ?? 3) > 0)) return undefined;
    return actions[0];
  }

  edited.anchor.on('remove', () => {
    close();
    void listen.stop();
  });
  takesKey(edited, {
    get isOpen() {
      return isOpen;
    },
    get hasActive() {
      return active >= 0;
    },
    open,
    close,
    chosen: () => chosen()?.choose,
    move(step) {
      const count = actions.length;
      if (step === 'first') activate(0);
      else if (step === 'last') activate(count - 1);
      else if (active < 0) activate(step > 0 ? 0 : count - 1);
      else activate((active + step + count) % count);
    },
    typed() {
      activate(-1);
      draw();
      if (!isSure()) askIn(TYPING);
    },
  });
  return {
    get isOpen() {
      return isOpen;
    },
    open,
    close,
  };
}
