import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { killAtEnd, temporaryDirectory } from '../support/cleanup';
import type { Summary } from './summary';

const MOCHA = resolve('node_modules/mocha/bin/mocha.js');

/** Test files that run one after another in a process of their own, beside the other lanes. */
export interface Lane {
  name: string;
  files: readonly string[];
  env?: Readonly<Record<string, string>>;
}

export interface LaneResult {
  name: string;
  /** What mocha printed. */
  output: string;
  /** Files of the lane that have no test. */
  empty: string[];
  /** undefined: it ended before its tests did. */
  summary: Summary | undefined;
  /** Exit code; null after a signal. */
  code: number | null;
}

/** The settings of `.mocharc.json`, without its list of files, as arguments; one `it.only` would leave out all others unseen. */
function settings(): string[] {
  const { require, reporter, timeout } = JSON.parse(readFileSync('.mocharc.json', 'utf8')) as {
    require: string[];
    reporter: string;
    timeout: number;
  };
  const required = require.flatMap((module) => ['--require', module]);
  return [
    '--no-config',
    ...required,
    '--reporter',
    reporter,
    '--timeout',
    String(timeout),
    '--fail-zero',
    '--forbid-only',
  ];
}

/** Runs a lane; `onOutput` gets what it prints as it comes. */
export function runLane(lane: Lane, onOutput: (text: string) => void = () => undefined): Promise<LaneResult> {
  // Mocha would look for some itself.
  if (lane.files.length === 0) return Promise.reject(new Error(`The lane "${lane.name}" has no files`));
  const file = join(temporaryDirectory('lane'), 'summary.json');
  const colour = process.stdout.isTTY ? ['--color'] : [];
  const child = killAtEnd(
    spawn(process.execPath, [MOCHA, ...settings(), ...colour, ...lane.files], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...lane.env, TEST_SUMMARY: file },
    }),
  );
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      chunks.push(text);
      onOutput(text);
    });
  }
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (code) => {
      const summary = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Summary) : undefined;
      const full = new Set(summary?.files.map((each) => resolve(each)));
      const empty = summary ? lane.files.filter((each) => !full.has(resolve(each))) : [];
      done({ name: lane.name, output: chunks.join(''), empty, summary, code });
    });
  });
}
