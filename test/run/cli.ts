import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { type Lane, type LaneResult, runLane } from './lanes';
import { closingLines, together } from './summary';

const TESTS = join('dist', 'test');
/** Folders of slow tests that reach no line of their own: a lane without coverage, as long as the other one. */
const SLOW = ['bounds', 'browser', 'chaos', 'conformance', 'examples', 'fuzz', 'release', 'run', 'soak'];
const SLOWEST = 10;

/**
 * `npm test`: all tests, in two mocha processes side by side, since most of them wait, and one closing summary.
 * With arguments: one mocha with these.
 */
async function main(): Promise<number> {
  const arguments_ = process.argv.slice(2);
  if (arguments_.length > 0) {
    const mocha = resolve('node_modules/mocha/bin/mocha.js');
    return spawnSync(process.execPath, [mocha, ...arguments_], { stdio: 'inherit' }).status ?? 1;
  }
  const print = (text: string) => process.stdout.write(text);
  // The first is shown as it runs, the other one when both are done.
  const results = await Promise.all(
    lanes().map((lane, index) => runLane(lane, index === 0 ? print : undefined)),
  );
  for (const { name, output } of results.slice(1)) print(`\n=== ${name}\n${output}`);
  return report(results, print);
}

function lanes(): Lane[] {
  const files = readdirSync(TESTS, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.js'))
    .sort();
  const isSlow = (file: string) => SLOW.some((folder) => file.startsWith(folder + sep));
  const lane = (name: string, wanted: (file: string) => boolean): Lane => ({
    name,
    files: files.filter(wanted).map((file) => join(TESTS, file)),
  });
  const counted = { ...lane('everything else', (file) => !isSlow(file)), env: coverage() };
  return [counted, lane('the slow ones', isSlow)];
}

/** For `test/coverage.mjs`: every process of the lane, children as well, leaves there what it has run. */
function coverage(): Record<string, string> {
  if (process.env.EZT_COVERAGE !== '1') return {};
  const directory = resolve('.cache/coverage/raw');
  rmSync(directory, { recursive: true, force: true });
  return { NODE_V8_COVERAGE: directory };
}

/** Prints what all lanes found; returns the exit code. */
export function report(results: readonly LaneResult[], print: (text: string) => void): number {
  const summaries = results.flatMap(({ summary }) => summary ?? []);
  const all = together(summaries);
  const slowest = Object.entries(all.times)
    .sort(([, a], [, b]) => b - a)
    .slice(0, SLOWEST);
  print(
    `\nSlowest files:\n${slowest.map(([file, ms]) => `${(ms / 1000).toFixed(1).padStart(7)} s  ${file}\n`).join('')}`,
  );
  if (all.failures.length > 0) print(`\nFailed:\n${all.failures.map((title) => `  ${title}\n`).join('')}`);
  let code = all.failed > 0 ? 1 : 0;
  for (const result of results) {
    for (const file of result.empty) {
      print(`\n${file} has no test.\n`);
      code = 1;
    }
    if (result.summary && (result.code === 0 || result.summary.failed > 0)) continue;
    const when = result.summary ? 'after its tests' : 'before its tests were done';
    print(`\nThe tests of "${result.name}" ended ${when}, with exit code ${result.code}.\n`);
    code = 1;
  }
  if (summaries.length === results.length) print(`\n${closingLines(all)}`);
  return code;
}

if (require.main === module) {
  main().then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    },
  );
}
