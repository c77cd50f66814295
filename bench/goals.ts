import type { Goal, Round } from './paired';
import { median } from './statistics';
import type { Figures } from './subject';

/** What the rounds say about one goal, beside one peer. */
export interface Verdict {
  scenario: string;
  what: string;
  against: string;
  /** Median of the ratios of the rounds, by processor time or latency; the smallest and the largest of them. */
  ratio: number;
  range: [number, number];
  /** The same by throughput, which other programs of the machine disturb more. More is better. */
  throughput: number;
  goal: string;
  met: boolean;
}

export const judge = (scenario: string, goal: Goal, rounds: readonly Round[]): Verdict[] =>
  goal.with.flatMap((peer) =>
    (goal.figures === 'speed' ? [speed] : [p50, p99]).map((of) => of(scenario, goal, peer, rounds)),
  );

type Judge = (scenario: string, goal: Goal, peer: string, rounds: readonly Round[]) => Verdict;

const speed: Judge = (scenario, goal, peer, rounds) => {
  const found = ratios(rounds, peer, goal.of, ({ cpu }) => cpu);
  const verdict = { ...of(scenario, goal, peer, rounds), ...summary(found) };
  return { ...verdict, goal: `≥ ${goal.ratio}`, met: verdict.ratio >= goal.ratio };
};

const latency =
  (name: 'p50' | 'p99'): Judge =>
  (scenario, goal, peer, rounds) => {
    const found = ratios(rounds, goal.of, peer, (figures) => figures[name] ?? Number.NaN);
    const verdict = { ...of(scenario, goal, peer, rounds), ...summary(found) };
    return {
      ...verdict,
      what: `${goal.what}: ${name}`,
      goal: `≤ ${goal.ratio}`,
      met: verdict.ratio <= goal.ratio,
    };
  };
const p50 = latency('p50');
const p99 = latency('p99');

const of = (scenario: string, goal: Goal, peer: string, rounds: readonly Round[]) => ({
  scenario,
  what: goal.what,
  against: peer,
  throughput: median(ratios(rounds, goal.of, peer, ({ rate }) => rate)),
});

const summary = (found: readonly number[]): { ratio: number; range: [number, number] } => ({
  ratio: median(found),
  range: [Math.min(...found), Math.max(...found)],
});

/** Of each round: one contender's figure ÷ the other's. */
function ratios(
  rounds: readonly Round[],
  above: string,
  below: string,
  figure: (figures: Figures) => number,
): number[] {
  const value = (round: Round, name: string) => {
    const figures = round[name];
    return figures ? figure(figures) : Number.NaN;
  };
  return rounds.map((round) => value(round, above) / value(round, below));
}
