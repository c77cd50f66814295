import { isVariable } from '../../../cloud/protocol/names';
import type { UsesProject } from '../aliases';
import { createChips } from './chips';
import type { Listen } from './listen';
import { createPicker, type Edited, type Named } from './picker';
import type { Looked, Source } from './source';

interface Attached {
  /** Whether the field holds several names. */
  list: boolean;
  listen: Listen;
  named: Named;
  /** Whether there is a place below the field for a hint. */
  hint: boolean;
  /** The fields on which it depends what is known. */
  with: JQuery;
}

/** Milliseconds in which several changes are one. */
const TOGETHER = 50;

/** Gives a field a picker, which holds one name or several, and says below it what has never been seen. */
export function attachPicker(
  node: UsesProject,
  input: JQuery,
  source: Source,
  { list, listen, named, hint, with: others }: Attached,
): void {
  const note = $('<div class="ezt-hint ezt-unseen" role="status">').hide();
  const chips = list ? createChips(node, input, named, look) : undefined;
  const edited = chips ?? single(input, named);
  const names = chips?.names ?? (() => namesIn(input));
  createPicker(node, edited, source, listen);
  if (hint) note.insertAfter(edited.anchor);
  if (!chips) input.on('change', look);
  others.on('change', look);

  let latest = 0;
  let timer = 0;
  function look() {
    window.clearTimeout(timer);
    timer = window.setTimeout(lookNow, TOGETHER);
  }
  /** Nobody is asked about an empty field; only the answer to the last question counts. */
  function lookNow() {
    latest += 1;
    const mine = latest;
    const wanted = names();
    if (wanted.length === 0) {
      show({ unseen: [], online: new Map() });
      return;
    }
    void source.look(wanted).then((looked) => {
      if (mine === latest) show(looked);
    });
  }
  function show(looked: Looked) {
    chips?.show(looked);
    const text = node._('eztcloud.picker.unseen').replace('{text}', () => looked.unseen.join(', '));
    note.text(looked.unseen.length > 0 ? text : '').toggle(looked.unseen.length > 0);
  }
  look();
}

const namesIn = (input: JQuery): string[] => {
  const text = String(input.val() ?? '').trim();
  return text === '' || isVariable(text) ? [] : [text];
};

/** A field that holds one name. */
function single(input: JQuery, named: Named): Edited {
  return {
    inputs: input,
    anchor: input,
    named,
    typed: () => String(input.val() ?? '').trim(),
    taken: () => [],
    take: (value) => void input.val(value).trigger('change'),
  };
}
