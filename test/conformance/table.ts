import type { Row } from './lab';

/** What the brokers answered to a row, by their names; `undefined`: not asked. */
export type Answers = Readonly<Record<string, string | undefined>>;

/** How the answer of one broker compares to EMQX's. */
export function compared({ emqx }: Row, seen: string | undefined): string {
  if (seen === undefined) return 'not asked';
  return seen === emqx ? 'same' : seen;
}

/** One line for each row: the request, what EMQX answers, and `same` or what came from each of `names`. */
export function tableOf(rows: readonly (readonly [Row, Answers])[], names: readonly string[]): string {
  const lines = [
    ['request', 'EMQX 5.8.9', ...names],
    ...rows.map(([row, answers]) => [
      row.request,
      row.emqx,
      ...names.map((name) => compared(row, answers[name])),
    ]),
  ];
  const widths = lines[0]?.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0))) ?? [];
  return lines
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
