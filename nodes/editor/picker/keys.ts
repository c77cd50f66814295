import type { Edited } from './picker';

/** What keys and clicks do with a picker. */
export interface Keyed {
  readonly isOpen: boolean;
  /** A row is active, which arrows have reached. */
  readonly hasActive: boolean;
  open(): void;
  close(): void;
  /** What Enter and Tab choose now. */
  chosen(): (() => void) | undefined;
  /** Makes another row the active one. */
  move(step: 1 | -1 | 'first' | 'last'): void;
  /** What is typed has changed while it is open. */
  typed(): void;
}

let tabbed = false;
let watching = false;

/** A field that Tab reaches opens; one that gets the focus by itself, as when a dialog opens, does not. */
function watchTab(): void {
  if (watching) return;
  watching = true;
  document.addEventListener(
    'keydown',
    ({ key }) => {
      tabbed = key === 'Tab';
      window.setTimeout(() => {
        tabbed = false;
      });
    },
    true,
  );
}

/** Opens, moves, chooses and closes as the ARIA pattern of a combobox with a list says. */
export function takesKey({ inputs, typed, take }: Edited, picker: Keyed): void {
  watchTab();
  /** Its user has begun to use it: by a click, by Tab or by a key. A script that fills it opens nothing. */
  let isUsed = false;

  inputs.on('click', () => {
    isUsed = true;
    picker.open();
  });
  inputs.on('focus', () => {
    isUsed = tabbed;
    if (tabbed) picker.open();
  });
  inputs.on('blur', () => {
    isUsed = false;
    // Not yet: the focus may go on to the other input of the same field.
    window.setTimeout(() => {
      if (!inputs.is(document.activeElement ?? document.body)) picker.close();
    });
  });
  inputs.on('input', () => {
    if (picker.isOpen) picker.typed();
    else if (isUsed) picker.open();
  });
  inputs.on('keydown', (event) => {
    isUsed = true;
    const { key, shiftKey, originalEvent } = event;
    // An input method takes these keys itself.
    if (originalEvent instanceof KeyboardEvent && originalEvent.isComposing) return;
    if (key === 'ArrowDown' || key === 'ArrowUp') {
      if (picker.isOpen) picker.move(key === 'ArrowDown' ? 1 : -1);
      else picker.open();
    } else if ((key === 'Home' || key === 'End') && picker.hasActive) {
      picker.move(key === 'Home' ? 'first' : 'last');
    } else if (key === 'Escape' && picker.isOpen) {
      picker.close();
      event.stopPropagation();
    } else if (key === 'Enter') {
      const choose = picker.isOpen ? picker.chosen() : undefined;
      if (choose) choose();
      else if (typed() === '') picker.open();
      else {
        picker.close();
        take(typed());
      }
    } else if (key === 'Tab' && !shiftKey && picker.isOpen) {
      const choose = picker.chosen();
      if (!choose) {
        picker.close();
        return;
      }
      choose();
    } else return;
    event.preventDefault();
  });
}
