import type { Goal, Round } from './paired';
import { median } from './statistics';
import type { Figures } from './subject';

/** What the rounds say about one goal. */
export interface Verdict {
  scenario: string;
  what: string;
  against: string;
  /** Median of the ratios of the rounds, by throughput or latency; the smallest and the largest of them. */
  ratio: number;
  range: [number, number];
  /** The same by processor time per message: steadier where other programs disturb. More is better. */
  cpuRatio: number;
  goal: string;
  met: 'yes' | 'by processor time' | 'no';
}

export function judge(scenario: string, goal: Goal, rounds: readonly Round[]): Verdict[] {
  const cpu = ratios(rounds, goal, (figures) => 1 / figures.cpu);
  const base = { scenario, what: goal.what, against: goal.with.join(' or ') };
  if (goal.figures === 'latency') {
    return (['p50', 'p99'] as const).map((name) => {
      const found = ratios(rounds, goal, (figures) => 1 / (figures[name] ?? Number.NaN)).map((r) => 1 / r);
      const met = median(found) <= goal.ratio ? 'yes' : 'no';
      return {
        ...base,
        what: `${goal.what}: ${name}`,
        ...summary(found),
        cpuRatio: median(cpu),
        goal: `≤ ${goal.ratio}`,
        met,
      };
    });
  }
  const found = ratios(rounds, goal, (figures) => figures.rate);
  const byRate = median(found) >= goal.ratio;
  const byCpu = median(cpu) >= goal.ratio;
  const met =
    goal.figures === 'cpu' ? (byCpu ? 'yes' : 'no') : byRate ? 'yes' : byCpu ? 'by processor time' : 'no';
  return [{ ...base, ...summary(found), cpuRatio: median(cpu), goal: `≥ ${goal.ratio}`, met }];
}

const summary = (found: readonly number[]): { ratio: number; range: [number, number] } => ({
  ratio: median(found),
  range: [Math.min(...found), Math.max(...found)],
});

/** Of each round: ours ÷ the best of the others. */
function ratios(rounds: readonly Round[], goal: Goal, merit: (figures: Figures) => number): number[] {
  return rounds.map((round) => {
    const of = (name: string) => {
      const figures = round[name];
      return figures ? merit(figures) : Number.NaN;
    };
    return of(goal.of) / Math.max(...goal.with.map(of));
  });
}
