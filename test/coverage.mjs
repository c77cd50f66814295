// `npm run coverage [-- mocha's arguments]`: runs the tests and prints which share of the lines they reach, by folder.
// Every process counts, also the Node-REDs and the children that tests start. Node-RED loads the files one by one here, not the
// bundle (source maps of a bundle count every line as reached), so the test of that bundle fails; `npm test` is the judge.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { relative, sep } from 'node:path';

const directory = '.cache/coverage';
rmSync(directory, { recursive: true, force: true });
const node = (args, env = {}) =>
  spawnSync(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...env } }).status;

execFileSync(process.execPath, ['build.mjs'], {
  stdio: 'inherit',
  env: { ...process.env, EZT_COVERAGE: '1' },
});
node(['node_modules/mocha/bin/mocha.js', ...process.argv.slice(2)], {
  NODE_V8_COVERAGE: `${directory}/raw`,
});
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
node(['--max-old-space-size=8192', 'node_modules/c8/bin/c8.js', ...report, ...reporters, ...included]);

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
