import type { Named } from './picker';

/** The list below a field: rows to choose from, and what there is to say about them. */
export interface Popup {
  /** Of the list of options, for `aria-controls`. */
  readonly id: string;
  readonly element: JQuery;
  /** Its options in order, which may be chosen. */
  readonly options: JQuery;
  /** Shows it at the field. */
  place(): void;
  hide(): void;
  /** Replaces what it shows. */
  fill(content: PopupContent): void;
  /** Makes the option with this index the active one; -1: none. */
  activate(index: number): void;
}

export interface PopupContent {
  /** Groups of options, each with its heading if it has one. */
  groups: readonly { heading?: string; options: readonly JQuery[] }[];
  /** Options that stay visible at the end, such as buttons. */
  last: readonly JQuery[];
  /** Sentences above and below the options. */
  above: readonly string[];
  below: readonly string[];
}

/** Pixels. */
const MIN_WIDTH = 320;
const MAX_HEIGHT = 320;
const ENOUGH = 220;
const GAP = 2;

let count = 0;

/** `anchor`: the field. `named`: what it is called. */
export function createPopup(anchor: JQuery, named: Named): Popup {
  count += 1;
  const id = `ezt-picker-${count}`;
  const element = $('<div class="ezt-picker">').hide().insertAfter(anchor);
  const above = $('<div class="ezt-picker-note">').appendTo(element);
  const list = $('<ul role="listbox">')
    .attr({ id, ...named })
    .appendTo(element);
  const below = $('<div class="ezt-picker-note">').appendTo(element);
  // The field keeps the focus.
  element.on('mousedown', (event) => event.preventDefault());
  const isShown = () => element.css('display') !== 'none';
  const place = () => {
    // Where its field is scrolled out of sight it would lie over the header of the dialog, or its buttons.
    element.css('visibility', isInSight(anchor[0]) ? 'visible' : 'hidden');
    element.show().css(placeAt(anchor));
  };
  const follow = (event: Event) => {
    if (isShown() && event.target instanceof Node && !element[0]?.contains(event.target)) place();
  };

  return {
    id,
    element,
    get options() {
      return list.find('[role=option]');
    },
    place() {
      if (!isShown()) {
        window.addEventListener('scroll', follow, true);
        window.addEventListener('resize', place);
      }
      place();
    },
    hide() {
      window.removeEventListener('scroll', follow, true);
      window.removeEventListener('resize', place);
      element.hide();
    },
    fill(content) {
      showNotes(above, content.above);
      showNotes(below, content.below);
      list.empty();
      for (const [i, { heading, options }] of content.groups.entries()) {
        if (heading === undefined) list.append([...options]);
        else list.append(groupOf(`${id}-${i}`, heading, options));
      }
      list.append([...content.last]);
      const all = list.find('[role=option]');
      all.each((i, option) => option.setAttribute('id', `${id}-option-${i}`));
      list.toggle(all.length > 0);
    },
    activate(index) {
      const all = list.find('[role=option]').removeClass('ezt-active').attr('aria-selected', 'false');
      const active = all.eq(index);
      if (index < 0 || active.length === 0) return;
      active.addClass('ezt-active').attr('aria-selected', 'true');
      active[0]?.scrollIntoView({ block: 'nearest' });
    },
  };
}

function groupOf(id: string, heading: string, options: readonly JQuery[]): JQuery {
  const title = $('<div class="ezt-picker-heading">').attr('id', id).text(heading);
  const group = $('<ul role="group">')
    .attr('aria-labelledby', id)
    .append([...options]);
  return $('<li role="presentation">').append(title, group);
}

function showNotes(place: JQuery, sentences: readonly string[]): void {
  place.empty().toggle(sentences.length > 0);
  for (const sentence of sentences) $('<div>').text(sentence).appendTo(place);
}

/** Whether some of it can be seen where its surroundings scroll. */
function isInSight(field: HTMLElement | undefined): boolean {
  if (!field) return false;
  const { top, bottom } = field.getBoundingClientRect();
  // The page itself is the window, whatever its own edges are.
  for (let around = field.parentElement; around && around !== document.body; around = around.parentElement) {
    if (getComputedStyle(around).overflowY === 'visible') continue;
    const edge = around.getBoundingClientRect();
    if (bottom <= edge.top || top >= edge.bottom) return false;
  }
  return true;
}

/** Below the field, or above it where there is more room; never beyond the window. */
function placeAt(anchor: JQuery): Record<string, string | number> {
  const { left = 0, top = 0, bottom = 0, width = 0 } = anchor[0]?.getBoundingClientRect() ?? {};
  const room = window.innerHeight - bottom - 2 * GAP;
  const isBelow = room >= ENOUGH || room >= top;
  const wide = Math.min(Math.max(width, MIN_WIDTH), window.innerWidth - 2 * GAP);
  return {
    width: wide,
    left: Math.max(GAP, Math.min(left, window.innerWidth - wide - GAP)),
    maxHeight: Math.min(MAX_HEIGHT, isBelow ? room : top - 2 * GAP),
    ...(isBelow
      ? { top: bottom + GAP, bottom: 'auto' }
      : { top: 'auto', bottom: window.innerHeight - top + GAP }),
  };
}
