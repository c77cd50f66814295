import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { chart } from './chart';
import type { Finding } from './findings';
import type { Verdict } from './goals';
import type { Plan, Round } from './paired';
import type { Routing } from './routing';

const DIRECTORY = resolve(__dirname, '../../bench');
const FILE = join(DIRECTORY, 'results.json');

export interface Results {
  machine: { processors: number; model: string; memoryGB: number; platform: string };
  versions: Record<string, string>;
  plan: Plan;
  verdicts: Verdict[];
  findings: Finding[];
  routing: Routing[];
  rounds: Record<string, Round[]>;
}

/** Puts what one scenario found into results.json in place of what it found before, and draws the chart anew. */
export function writeResults(scenario: string, found: Found): void {
  const before = readResults();
  const others = ({ scenario: name }: { scenario: string }) => name !== scenario;
  const rounds = { ...before?.rounds, ...(found.rounds && { [scenario]: found.rounds }) };
  const results: Results = {
    machine: machine(),
    versions: versions(),
    plan: found.plan,
    verdicts: [...(before?.verdicts ?? []).filter(others), ...(found.verdicts ?? [])],
    findings: [...(before?.findings ?? []).filter(others), ...(found.findings ?? [])],
    routing: found.routing ?? before?.routing ?? [],
    rounds,
  };
  writeFileSync(FILE, `${JSON.stringify(results, rounded, 1)}\n`);
  drawChart(results);
}

export interface Found {
  plan: Plan;
  rounds?: Round[];
  verdicts?: Verdict[];
  findings?: Finding[];
  routing?: Routing[];
}

/** Draws chart.svg from what results.json holds. */
export function drawChart(results = readResults()): void {
  if (results) writeFileSync(join(DIRECTORY, 'chart.svg'), chart(results.rounds));
}

const readResults = (): Results | undefined =>
  existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Results) : undefined;

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
