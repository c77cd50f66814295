import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { install } from '../matrix/parts';
import { temporaryDirectory } from '../support/cleanup';
import { MOST, type Packed, pack, weight } from '../support/packed';

const TOOL = resolve('.cache/node-red-dev');
const VERSION = '0.1.6';
const TYPES = ['ezt-attr-out', 'ezt-command-out', 'ezt-device', 'ezt-in', 'ezt-watch'];
/** Every check of the scorecard (P02 is switched off there). */
const CHECKS: Record<string, string> = {
  P01: 'has a licence',
  P03: 'says where its source or its issues are',
  P04: 'has a scoped name',
  P05: 'has the keyword node-red',
  P06: 'declares a Node-RED version, and a current one fits',
  P07: 'declares a Node.js version, and that of Node-RED fits',
  P08: 'has a name like no other',
  N01: 'has types like no other',
  N02: 'has an example of every node',
  D01: 'has six dependencies at most',
  D02: 'depends on nothing that is known not to work',
  D03: 'depends on the latest versions',
};

const kB = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;

type Scorecard = Record<string, { test?: boolean; nodes?: string[] } | undefined>;

/** Runs `node-red-dev validate` on the packed package, as it is when a user has installed it. */
function validate({ tarball }: Packed): Scorecard {
  const directory = temporaryDirectory('scorecard');
  const options = ['--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'];
  execFileSync('npm', ['install', '--prefix', directory, ...options, tarball], {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  const output = join(directory, 'scorecard.json');
  const path = join(directory, 'node_modules/@eztcloud/node-red-eztcloud');
  const run = join(TOOL, 'node_modules/node-red-dev/bin/run');
  const answers = join(__dirname, 'answers.js');
  execFileSync(
    process.execPath,
    ['--require', answers, run, 'validate', '-e', 'yes', '-p', path, '-o', output],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        SCORECARD_LOCK: resolve('package-lock.json'),
        SCORECARD_CORE_TYPES: JSON.stringify(coreTypes()),
      },
    },
  );
  return JSON.parse(readFileSync(output, 'utf8'));
}

/** Node types of Node-RED itself, read as the scorecard reads ours. */
function coreTypes(): string[] {
  const nodes = join(dirname(require.resolve('@node-red/nodes/package.json')), 'core');
  return readdirSync(nodes, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.html') && !file.includes('locales'))
    .flatMap((file) => [
      ...readFileSync(join(nodes, file), 'utf8').matchAll(/registerType\(\s*['"]([^'"]+)['"]/g),
    ])
    .flatMap(([, type]) => type ?? []);
}

function main(): number {
  if (!existsSync(join(TOOL, 'node_modules/node-red-dev'))) {
    install(TOOL, `node-red-dev@${VERSION}`, '--ignore-scripts');
  }
  const packed = pack();
  const scorecard = validate(packed);
  const found = scorecard.N02?.nodes?.toSorted() ?? [];
  const rows = Object.entries(CHECKS).map(([id, what]) => ({ id, what, ok: scorecard[id]?.test === true }));
  rows.push({ id: '', what: `finds ${TYPES.join(', ')}`, ok: isDeepStrictEqual(found, TYPES) });
  rows.push({ id: '', what: `weighs ${kB(MOST)} at most`, ok: weight(packed) <= MOST });
  console.log(`\nScorecard of node-red-dev ${VERSION}:`);
  for (const { id, what, ok } of rows) console.log(`  ${ok ? 'ok    ' : 'FAILED'} ${id.padEnd(3)} ${what}`);
  const size = weight(packed);
  console.log(
    `Size: ${kB(size)} without the emulator (${kB(MOST)} at most), ${kB(statSync(packed.tarball).size)} in all`,
  );
  const failed = rows.filter(({ ok }) => !ok).length;
  if (failed > 0) console.log(JSON.stringify(scorecard, null, 2));
  console.log(`${rows.length - failed} checks hold, ${failed} failed`);
  return failed > 0 ? 1 : 0;
}

process.exitCode = main();
