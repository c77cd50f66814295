import type { Finding } from './findings';
import type { Verdict } from './goals';
import type { PairedScenario, Round } from './paired';
import { median } from './statistics';
import type { Figures } from './subject';
import { figure, table } from './table';

/** Medians of each contender over the rounds. */
function medians(rounds: readonly Round[], name: string): Figures {
  const of = (key: keyof Figures) => median(rounds.flatMap((round) => round[name]?.[key] ?? []));
  const both = { rate: of('rate'), cpu: of('cpu') };
  return rounds[0]?.[name]?.p50 === undefined ? both : { ...both, p50: of('p50'), p99: of('p99') };
}

export function pairedReport({ title, contenders }: PairedScenario, rounds: readonly Round[]): string {
  const timed = rounds[0]?.[contenders[0]?.name ?? '']?.p50 !== undefined;
  const rows = contenders.map(({ name }) => {
    const { rate, cpu, p50, p99 } = medians(rounds, name);
    return [name, figure(rate), figure(cpu), ...(timed ? [figure(p50), figure(p99)] : [])];
  });
  const head = [title, 'messages/s', 'CPU µs/message', ...(timed ? ['p50 ms', 'p99 ms'] : [])];
  return table([head, ...rows]);
}

export const verdictReport = (verdicts: readonly Verdict[]): string =>
  table([
    ['goal', 'compared with', 'ratio', 'range', 'by throughput', 'goal', 'met'],
    ...verdicts.map(({ what, against, ratio, range, throughput, goal, met }) => [
      what,
      against,
      figure(ratio),
      range.map(figure).join(' … '),
      figure(throughput),
      goal,
      met ? 'yes' : 'no',
    ]),
  ]);

export const findingReport = (findings: readonly Finding[]): string =>
  table([
    ['measured', 'value', 'unit', 'goal', 'met'],
    ...findings.map(({ what, value, unit, goal = '', met }) => [
      what,
      figure(value),
      unit,
      goal,
      met === undefined ? '' : met ? 'yes' : 'no',
    ]),
  ]);
