import type { Translate } from '../red';
import type { Listen } from './listen';
import { mayListen, whyEmpty } from './notes';
import type { PopupContent } from './popup';
import { freeOption, listenOption, optionOf } from './rows';
import { type Choice, type Found, MOST_ROWS, rankIn } from './source';

/** A row that may be chosen, and what that does. */
export interface Action {
  option: JQuery;
  choose(): void;
}

export interface ContentOptions {
  found: Found & { typed: string };
  /** What fits what is typed, the best first. */
  fits: readonly Choice[];
  typed: string;
  /** What the rows are, see `Source.what`. */
  what: string;
  listen: Listen;
  choose(value: string): void;
  /** Listening to everything has begun or ended. */
  listened(): void;
}

/** What a picker shows, and its rows in order. */
export function contentOf(say: Translate, options: ContentOptions): PopupContent & { actions: Action[] } {
  const { found, fits, typed, what, listen, choose } = options;
  const rows = fits.slice(0, MOST_ROWS).map((choice) => ({
    group: choice.group,
    option: optionOf(say, choice),
    choose: () => choose(choice.value),
  }));
  const isExact = fits.some((choice) => (rankIn(typed, choice) ?? 3) < 2);
  const free: Action[] =
    typed !== '' && !isExact && rows.length > 0
      ? [{ option: freeOption(say, typed), choose: () => choose(typed) }]
      : [];
  const listening = listenAction(say, options);
  const groups = [...new Set(rows.map(({ group }) => group))].map((group) => ({
    ...(group !== undefined && { heading: say(`eztcloud.picker.${group}`) }),
    options: rows.filter((each) => each.group === group).map(({ option }) => option),
  }));
  const more = typed === found.typed ? Math.max(found.total, fits.length) - rows.length : 0;
  return {
    groups: [...groups, { options: free.map(({ option }) => option) }],
    last: listening.map(({ option }) => option),
    above: rows.length === 0 ? whyEmpty(say, found, typed, what) : [],
    below: [
      ...(more > 0 && rows.length === MOST_ROWS ? [say('eztcloud.picker.more', { count: more })] : []),
      ...(listen.problem === '' ? [] : [listen.problem]),
    ],
    actions: [...rows, ...free, ...listening],
  };
}

function listenAction(say: Translate, { found, listen, listened }: ContentOptions): Action[] {
  if (!mayListen(found)) return [];
  const left = Math.ceil(found.answer.listening / 1_000);
  const choose = () => void (left > 0 ? listen.stop() : listen.start()).then(listened);
  return [{ option: listenOption(say, left), choose }];
}
