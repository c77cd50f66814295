import { type Contender, type Environment, type Figures, type Subject, startSubject } from './subject';

/** Contenders measured in turn, round after round: only figures of one round are compared. */
export interface PairedScenario {
  name: string;
  title: string;
  contenders: readonly Contender[];
  goals: readonly Goal[];
}

export interface Goal {
  what: string;
  /** A contender, and whom it is compared with: each of these has a line of its own. */
  of: string;
  with: readonly string[];
  /** Speed: by processor time, theirs ÷ ours, so that more is better. Latencies: ours ÷ theirs, less is better. */
  figures: 'speed' | 'latency';
  /** At least this for speed, at most this for latency. */
  ratio: number;
}

/** By contender. */
export type Round = Record<string, Figures>;

export interface Plan {
  rounds: number;
  /** Seconds that one measurement takes. */
  seconds: number;
}

/** Each contender's share of a round comes in so many turns: what else the machine does then meets all alike. */
const TURNS = 3;

export async function runPaired(
  { contenders }: PairedScenario,
  environment: Environment,
  { rounds, seconds }: Plan,
  progress: (line: string) => void,
): Promise<Round[]> {
  const subjects: { name: string; subject: Subject; messages: number }[] = [];
  try {
    for (const contender of contenders) {
      progress(`${contender.name}: starting`);
      const subject = await startSubject(contender, environment);
      const messages = await warmUp(contender, subject, seconds / TURNS);
      subjects.push({ name: contender.name, subject, messages });
    }
    const results: Round[] = [];
    for (let i = 0; i < rounds; i += 1) {
      const turns = new Map<string, Figures[]>();
      for (let turn = 0; turn < TURNS; turn += 1) {
        // Each turn begins with another one.
        const first = (i * TURNS + turn) % subjects.length;
        for (const { name, subject, messages } of [...subjects.slice(first), ...subjects.slice(0, first)]) {
          turns.set(name, [...(turns.get(name) ?? []), await subject.measure(messages)]);
        }
      }
      const round = Object.fromEntries([...turns].map(([name, figures]) => [name, together(figures)]));
      for (const [name, { rate, cpu }] of Object.entries(round)) {
        progress(`round ${i + 1}/${rounds}  ${name}: ${Math.round(rate)}/s, ${cpu.toFixed(1)} µs`);
      }
      results.push(round);
    }
    return results;
  } finally {
    await Promise.all(subjects.map(({ subject }) => subject.stop()));
  }
}

/** The turns of one round, each of as many messages, as one figure. */
function together(turns: readonly Figures[]): Figures {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const of = (key: 'p50' | 'p99') => mean(turns.flatMap((figures) => figures[key] ?? []));
  const both = { rate: 1 / mean(turns.map(({ rate }) => 1 / rate)), cpu: mean(turns.map(({ cpu }) => cpu)) };
  return turns[0]?.p50 === undefined ? both : { ...both, p50: of('p50'), p99: of('p99') };
}

/** A contender is warm when its best of so many turns is no longer better than that of as many before, by this share. */
const WARM_TURNS = 4;
const STEADY = 0.02;
/** And at the latest after so many turns. */
const LONGEST_WARM_UP = 20;

/** Lets the compiler do its work until the figure is steady; resolves with the number of messages that take `seconds`. */
export async function warmUp(contender: Contender, subject: Subject, seconds: number): Promise<number> {
  const fanOut = contender.fanOut ?? 1;
  const turns: number[] = [];
  for (let messages = 200; ; ) {
    const { rate, cpu } = await subject.measure(messages);
    const wanted = Math.max(20, Math.round((rate / fanOut) * seconds));
    if (messages >= wanted / 2) turns.push(cpu);
    if (isSteady(turns) || turns.length >= LONGEST_WARM_UP) return wanted;
    messages = Math.min(messages * 8, wanted);
  }
}

function isSteady(turns: readonly number[]): boolean {
  if (turns.length < 2 * WARM_TURNS) return false;
  const best = (from: number, to?: number) => Math.min(...turns.slice(from, to));
  return best(-WARM_TURNS) > (1 - STEADY) * best(0, -WARM_TURNS);
}
