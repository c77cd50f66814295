import { type Contender, type Figures, type Lab, type Subject, startSubject } from './subject';

/** Contenders measured in turn, round after round: only figures of one round are compared. */
export interface PairedScenario {
  name: string;
  title: string;
  contenders: readonly Contender[];
  goals: readonly Goal[];
}

export interface Goal {
  what: string;
  /** A contender, and whom it is compared with: the best of these in each round. */
  of: string;
  with: readonly string[];
  /** Rates and processor time: ours ÷ theirs, turned so that more is better. Latencies: less is better. */
  figures: 'speed' | 'latency' | 'cpu';
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
  lab: Lab,
  { rounds, seconds }: Plan,
  progress: (line: string) => void,
): Promise<Round[]> {
  const subjects: { name: string; subject: Subject; messages: number }[] = [];
  try {
    for (const contender of contenders) {
      progress(`${contender.name}: starting`);
      const subject = await startSubject(contender, lab);
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

/** Messages after which the compiler has done its work, or how many times the length of a turn must be enough. */
const WARM = 60_000;
const WARM_TURNS = 12;

/** Lets the compiler do its work; resolves with the number of messages that take `seconds`. */
export async function warmUp(contender: Contender, subject: Subject, seconds: number): Promise<number> {
  const fanOut = contender.fanOut ?? 1;
  const deadline = performance.now() + 1000 * seconds * WARM_TURNS;
  let messages = 200;
  for (let delivered = 0; ; delivered += messages * fanOut) {
    const { rate } = await subject.measure(messages);
    const wanted = Math.max(20, Math.round((rate / fanOut) * seconds));
    const long = messages >= wanted / 2;
    if (long && (delivered >= WARM || performance.now() > deadline)) return wanted;
    messages = Math.min(messages * 8, wanted);
  }
}
