import { type Rank, rankOf } from '../../../cloud/protocol/ranking';
import type { Answer } from './answers';

/** What a picker offers as one of its rows. */
export interface Choice {
  /** What is written into the field. */
  value: string;
  /** Other names, by which it is found too. */
  also: readonly string[];
  tags?: readonly string[];
  /** Rows of different groups stand apart; the key of the group's heading in the catalogue. */
  group?: string;
  /** Shown first, and beside it. */
  title: string;
  subtitle?: string;
  /** Missing: it has no such state; `null`: not known. */
  online?: boolean | null;
  /** At the end of the row: what has come last, and when or what it is. */
  last?: string;
  note?: string;
}

/** What fits what is typed. */
export interface Found {
  choices: readonly Choice[];
  /** How many fit in all. */
  total: number;
  answer: Answer;
}

/** What is known of the names in a field. */
export interface Looked {
  /** Those that nobody has seen in this project. */
  unseen: readonly string[];
  /** By name in the field. */
  online: ReadonlyMap<string, boolean | null>;
}

/** Where a picker has its rows from. */
export interface Source {
  /** Of its rows, in the catalogue's section `picker.empty`. */
  readonly what: string;
  find(typed: string): Promise<Found>;
  look(names: readonly string[]): Promise<Looked>;
}

/** The most rows that a picker shows. */
export const MOST_ROWS = 50;

export const rankIn = (typed: string, { value, also, tags }: Choice): Rank | undefined =>
  rankOf(typed, [value, ...also], tags);

/**
 * Those of `all` that contain what is typed: an exact match first, since Tab and Enter take the first one, then those that
 * begin with it. Groups stay together, the one with the best first.
 */
export function bestFirst(all: readonly Choice[], typed: string): Choice[] {
  const ranked = all.flatMap((choice) => {
    const rank = rankIn(typed, choice);
    return rank === undefined ? [] : [{ choice, rank }];
  });
  const best = new Map<string, number>();
  for (const { choice, rank } of ranked) {
    const group = choice.group ?? '';
    best.set(group, Math.min(best.get(group) ?? rank, rank));
  }
  const rankOfGroup = ({ group = '' }: Choice) => best.get(group) ?? 0;
  const order = [...best.keys()];
  return ranked
    .sort(
      (a, b) =>
        rankOfGroup(a.choice) - rankOfGroup(b.choice) ||
        order.indexOf(a.choice.group ?? '') - order.indexOf(b.choice.group ?? '') ||
        a.rank - b.rank ||
        Number(b.choice.value === typed) - Number(a.choice.value === typed) ||
        (a.choice.value < b.choice.value ? -1 : 1),
    )
    .map(({ choice }) => choice);
}
