// `npm run coverage`: all tests, and then which share of the lines they reach, by folder. With `--report` only the latter, of a
// run with EZT_COVERAGE=1. Processes that tests start count, too. Node-RED loads the files one by one in such a run, not the
// bundle: source maps of a bundle count every line as reached.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';

const directory = '.cache/coverage';
/** Per cent of all lines that the tests must reach. */
const LEAST = 98;
const node = (...args) => {
  const env = { ...process.env, EZT_COVERAGE: '1' };
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', env });
  if (status !== 0) process.exitCode = 1;
};

if (!process.argv.includes('--report')) {
  node('build.mjs');
  node('dist/test/run/cli.js');
}
const report = [
  'report',
  '--merge-async',
  '--temp-directory',
  `${directory}/raw`,
  '--reports-dir',
  directory,
];
const reporters = ['json-summary', 'html'].flatMap((name) => ['--reporter', name]);
const included = ['cloud', 'nodes', 'emulator'].flatMap((folder) => ['--include', `dist/${folder}/**`]);
node('--max-old-space-size=8192', 'node_modules/c8/bin/c8.js', ...report, ...reporters, ...included);

const folders = new Map();
for (const [file, { lines }] of Object.entries(
  JSON.parse(readFileSync(`${directory}/coverage-summary.json`)),
)) {
  const path = relative('dist', file).split(sep);
  for (const name of file === 'total' ? ['all'] : [path.slice(0, path[0] === 'emulator' ? 1 : 2).join('/')]) {
    const sum = folders.get(name) ?? { covered: 0, total: 0 };
    folders.set(name, { covered: sum.covered + lines.covered, total: sum.total + lines.total });
  }
}
console.log('Lines reached by the tests:');
for (const [name, { covered, total }] of [...folders].sort()) {
  console.log(`${name.padEnd(28)} ${((100 * covered) / total).toFixed(1).padStart(5)} %  of ${total}`);
}
const { covered, total } = folders.get('all');
// Of no lines at all it is not a number, and so too few.
if (!(covered / total >= LEAST / 100)) {
  console.error(`The tests must reach ${LEAST} % of the lines.`);
  process.exitCode = 1;
}
