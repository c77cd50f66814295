import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { chart } from './chart';
import type { Finding } from './findings';
import type { Verdict } from './goals';
import type { Plan, Round } from './paired';
import { type Routing, routing } from './routing';

const DIRECTORY = resolve(__dirname, '../../bench');

export interface Results {
  machine: { processors: number; model: string; memoryGB: number; platform: string };
  versions: Record<string, string>;
  plan: Plan;
  verdicts: Verdict[];
  findings: Finding[];
  routing: Routing[];
  rounds: Record<string, Round[]>;
}

/** Writes results.json and chart.svg beside the sources. */
export function writeResults(found: Pick<Results, 'plan' | 'rounds' | 'verdicts' | 'findings'>): void {
  const results: Results = { machine: machine(), versions: versions(), ...found, routing: routing() };
  writeFileSync(join(DIRECTORY, 'results.json'), `${JSON.stringify(results, rounded, 1)}\n`);
  writeFileSync(join(DIRECTORY, 'chart.svg'), chart(results.rounds));
}

/** Five digits say more than the measurement does. */
const rounded = (_key: string, value: unknown) =>
  typeof value === 'number' ? Number(value.toPrecision(5)) : value;

/** What matters for the figures; nothing that names the machine. */
const machine = (): Results['machine'] => ({
  processors: cpus().length,
  model: cpus()[0]?.model.trim() ?? '',
  memoryGB: Math.round(totalmem() / 1e9),
  platform: `${process.platform} ${process.arch}`,
});

function versions(): Results['versions'] {
  const of = (name: string): string => (require(`${name}/package.json`) as { version: string }).version;
  return {
    node: process.versions.node,
    'node-red': of('node-red'),
    mqtt: of('mqtt'),
    'mqtt of core': (
      require(require.resolve('mqtt/package.json', { paths: [require.resolve('@node-red/nodes')] })) as {
        version: string;
      }
    ).version,
  };
}
