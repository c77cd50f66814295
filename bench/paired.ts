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
      const messages = await warmUp(contender, subject, seconds);
      subjects.push({ name: contender.name, subject, messages });
    }
    const results: Round[] = [];
    for (let i = 0; i < rounds; i += 1) {
      const round: Round = {};
      // Each round begins with another one.
      const order = [...subjects.slice(i % subjects.length), ...subjects.slice(0, i % subjects.length)];
      for (const { name, subject, messages } of order) {
        const figures = await subject.measure(messages);
        round[name] = figures;
        progress(
          `round ${i + 1}/${rounds}  ${name}: ${Math.round(figures.rate)}/s, ${figures.cpu.toFixed(1)} µs`,
        );
      }
      results.push(round);
    }
    return results;
  } finally {
    await Promise.all(subjects.map(({ subject }) => subject.stop()));
  }
}

/** Lets the compiler do its work; resolves with the number of messages that take `seconds`. */
export async function warmUp(contender: Contender, subject: Subject, seconds: number): Promise<number> {
  let messages = 200;
  for (;;) {
    const { rate } = await subject.measure(messages);
    const published = rate / (contender.fanOut ?? 1);
    const took = messages / published;
    const wanted = Math.max(20, Math.round(published * seconds));
    if (took >= seconds / 2) return wanted;
    messages = Math.min(messages * 8, wanted);
  }
}
