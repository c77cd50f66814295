import type { Verdict } from './ledger';

/** The figures of a round, one line per fault, for a terminal. */
export function tableOf({ rows }: Verdict): string {
  const header = [
    'fault',
    'times',
    'sent',
    'acknowledged',
    'killed',
    'lost',
    'given up',
    'lost by broker',
    'doubled',
    'reports',
    'missing',
    'repeated',
    'worst close (ms)',
    'failed with',
  ];
  const total = (pick: (row: Verdict['rows'][number]) => number) =>
    rows.reduce((sum, row) => sum + pick(row), 0);
  const failed = (codes: Record<string, number>) =>
    Object.entries(codes)
      .map(([code, count]) => `${code} ${count}`)
      .join(', ');
  const lines = rows.map((row) => [
    row.fault,
    row.times,
    row.sent,
    row.acknowledged,
    row.killed,
    row.lost,
    row.givenUp,
    row.lostByBroker,
    row.doubled,
    row.reported,
    row.missing,
    row.repeated,
    row.worstClose,
    failed(row.failed),
  ]);
  const sum = [
    'all',
    total((row) => row.times),
    total((row) => row.sent),
    total((row) => row.acknowledged),
    total((row) => row.killed),
    total((row) => row.lost),
    total((row) => row.givenUp),
    total((row) => row.lostByBroker),
    total((row) => row.doubled),
    total((row) => row.reported),
    total((row) => row.missing),
    total((row) => row.repeated),
    Math.max(0, ...rows.map((row) => row.worstClose)),
    `${total((row) => Object.values(row.failed).reduce((a, b) => a + b, 0))} in all`,
  ];
  const cells = [header, ...lines, sum].map((line) => line.map(String));
  const widths = header.map((_, i) => Math.max(...cells.map((line) => line[i]?.length ?? 0)));
  const format = (line: string[]) =>
    line
      .map((cell, i) =>
        i === 0 || i === header.length - 1 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return cells.map(format).join('\n');
}
