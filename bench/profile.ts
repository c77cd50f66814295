import { writeFileSync } from 'node:fs';
import { warmUp } from './paired';
import { type Contender, type Environment, startSubject } from './subject';
import { table } from './table';

interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
}

const SECONDS = 2;
const LINES = 25;

/** Profiles Node-RED with each of `contenders`; returns the functions that took the most time themselves. */
export async function runProfile(
  contenders: readonly Contender[],
  environment: Environment,
  progress: (line: string) => void,
): Promise<string> {
  const reports: string[] = [];
  for (const contender of contenders) {
    progress(`${contender.name}: starting`);
    const subject = await startSubject(contender, environment);
    const messages = await warmUp(contender, subject, SECONDS);
    const { cpu } = await subject.measure(messages);
    const profile = (await subject.profile(messages)) as Profile;
    await subject.stop();
    writeFileSync(`${contender.name.replaceAll(/\W+/g, '-')}.cpuprofile`, JSON.stringify(profile));
    reports.push(`${contender.name}: ${cpu.toFixed(1)} µs a message\n${topLines(profile, cpu)}`);
  }
  return reports.join('\n\n');
}

function topLines({ nodes, samples }: Profile, cpu: number): string {
  const self = new Map<number, number>();
  for (const id of samples) self.set(id, (self.get(id) ?? 0) + 1);
  const byFunction = new Map<string, number>();
  let busy = 0;
  for (const { id, callFrame } of nodes) {
    const count = self.get(id) ?? 0;
    if (callFrame.functionName === '(idle)') continue;
    busy += count;
    const name =
      `${callFrame.functionName || '(anonymous)'} ${place(callFrame.url, callFrame.lineNumber)}`.trim();
    byFunction.set(name, (byFunction.get(name) ?? 0) + count);
  }
  const top = [...byFunction].sort(([, a], [, b]) => b - a).slice(0, LINES);
  return table([
    ['function', 'self', 'µs'],
    ...top.map(([name, count]) => [
      name,
      `${((100 * count) / busy).toFixed(1)} %`,
      ((cpu * count) / busy).toFixed(2),
    ]),
  ]);
}

/** The file without what stands before the package or the source tree. */
const place = (url: string, line: number): string => {
  const file = url
    .replace(/^.*node_modules\//, '')
    .replace(/^.*\/dist\//, '')
    .replace(/^file:\/\//, '');
  return file === '' ? '' : `${file}:${line + 1}`;
};
