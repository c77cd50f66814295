import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import should from 'should';
import { temporaryDirectory } from '../support/cleanup';
import { needs } from '../support/machine';

/** Exit code and output of a command. */
type Answer = readonly [code: number, output: string];

/** What the commands of `.ci/run` say when all is well. */
const GOOD: Record<string, Answer> = {
  'npm ci --no-audit --no-fund': [0, 'added 340 packages in 9s'],
  'npm run --silent matrix -- --install': [0, 'added 200 packages'],
  'npm run check': [0, 'Checked 900 files in 3s. No fixes applied.'],
  'npm test': [0, 'Skipped: nothing\n4700 passed, 0 failed, 0 skipped'],
  'node test/coverage.mjs --report': [0, 'all    98.8 %  of 20000'],
  'npm run --silent matrix': [0, '8 cells hold, 0 failed, in a browser'],
  'npm run --silent scorecard': [
    0,
    '  ok         weighs 255.0 kB at most\nSize: 250 kB\n14 checks hold, 0 failed',
  ],
  'npm run --silent conformance': [0, 'emulator: 53 same, 0 differ, 0 not asked'],
  'npm audit --omit=dev --audit-level=high': [0, 'found 0 vulnerabilities'],
  'npm run --silent bench -- --routing': [0, '100 nodes: 3 µs'],
};

/** Runs a copy of `.ci/run` where `npm` and `node` say what `GOOD` and `answers` have for them. */
function ci(answers: Record<string, Answer> = {}): { status: number | null; table: string[]; last: string } {
  const directory = temporaryDirectory('ci');
  const programs = join(directory, 'programs');
  for (const each of ['.ci', 'programs', '.cache/example-nodes/node_modules/sqlite3/build/Release']) {
    mkdirSync(join(directory, each), { recursive: true });
  }
  cpSync('.ci/run', join(directory, '.ci/run'));
  writeFileSync(
    join(directory, '.cache/example-nodes/node_modules/sqlite3/build/Release/node_sqlite3.node'),
    '',
  );
  const cases = Object.entries({ ...GOOD, ...answers }).map(
    ([command, [code, output]]) => `'${command}') echo '${output}'; exit ${code};;`,
  );
  const said = [
    '#!/bin/sh',
    'case "$(basename "$0") $*" in',
    ...cases,
    '*) echo "$0 $*?" >&2; exit 99;;',
    'esac',
  ];
  const nothing = ['#!/bin/sh', 'exit 0'];
  const scripts = { npm: said, node: said, sudo: nothing, 'apt-get': nothing };
  for (const [name, lines] of Object.entries(scripts)) {
    writeFileSync(join(programs, name), lines.join('\n'));
    chmodSync(join(programs, name), 0o755);
  }
  const { status, stdout } = spawnSync('bash', [join(directory, '.ci/run')], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${programs}${delimiter}${process.env.PATH}` },
  });
  const lines = stdout.trim().split('\n');
  const heading = lines.findIndex((line) => line.startsWith('=== All of it'));
  return { status, table: lines.slice(heading + 1).filter((line) => line !== ''), last: lines.at(-1) ?? '' };
}

describe('.ci/run', function () {
  needs(this, 'linux');
  this.timeout(60_000);

  it('closes with a table of all steps, and the line that says how many tests passed', () => {
    const { status, table, last } = ci();
    should(status).equal(0);
    const steps = [
      'install',
      'lint',
      'tests',
      'coverage',
      'matrix',
      'scorecard',
      'conformance',
      'size',
      'audit',
    ];
    should(table.map((line) => line.split(/ +/).slice(0, 2))).eql(
      [...steps, 'routing', '4700'].map((step) => [step, step === '4700' ? 'passed,' : 'ok']),
    );
    last.should.equal('4700 passed, 0 failed, 0 skipped');
  });

  const red: Record<string, [command: string, answer: Answer, row: RegExp]> = {
    'lint finds something': ['npm run check', [1, 'Checked 900 files.'], /^lint +FAILED/],
    'a test fails': ['npm test', [1, 'Skipped: nothing\n9 passed, 1 failed, 0 skipped'], /^tests +FAILED/],
    'a test is skipped': [
      'npm test',
      [0, 'Skipped: why: 1 test\n9 passed, 0 failed, 1 skipped'],
      /^tests +FAILED/,
    ],
    'a run of tests dies': ['npm test', [1, 'The tests of "the slow ones" ended'], /^tests +FAILED/],
    'it says nothing at all': ['npm test', [0, ''], /^tests +FAILED/],
    'too few lines are reached': ['node test/coverage.mjs --report', [1, 'all  97.9 %'], /^coverage +FAILED/],
    'a cell of the matrix fails': [
      'npm run --silent matrix',
      [1, '7 cells hold, 1 failed, in a browser'],
      /^matrix +FAILED/,
    ],
    'there is no browser for the matrix': [
      'npm run --silent matrix',
      [0, '8 cells hold, 0 failed, without a browser, since there is none'],
      /^matrix +FAILED/,
    ],
    'a check of the scorecard fails': [
      'npm run --silent scorecard',
      [1, '13 checks hold, 1 failed'],
      /^scorecard +FAILED/,
    ],
    'the package is too heavy': [
      'npm run --silent scorecard',
      [0, '  FAILED     weighs 255.0 kB at most\nSize: 256 kB\n14 checks hold, 0 failed'],
      /^size +FAILED/,
    ],
    'the emulator does otherwise than EMQX': [
      'npm run --silent conformance',
      [1, 'emulator: 52 same, 1 differ, 0 not asked'],
      /^conformance +FAILED/,
    ],
    'the emulator was not asked everything': [
      'npm run --silent conformance',
      [0, 'emulator: 0 same, 0 differ, 53 not asked'],
      /^conformance +FAILED/,
    ],
    'a dependency has a known hole': [
      'npm audit --omit=dev --audit-level=high',
      [1, '1 high severity vulnerability\n1 vulnerabilities'],
      /^audit +FAILED/,
    ],
    'the audit ends without a word': [
      'npm audit --omit=dev --audit-level=high',
      [1, 'npm error something else'],
      /^audit +FAILED/,
    ],
  };
  for (const [what, [command, answer, row]] of Object.entries(red)) {
    it(`is red when ${what}`, () => {
      const { status, table } = ci({ [command]: answer });
      should(status).equal(1);
      should(table.filter((line) => line.includes('FAILED'))).matchAny(row);
      should(table.some((line) => line.startsWith('routing'))).be.true('runs what comes after it');
    });
  }

  it('is red when something cannot be installed, and says only that', () => {
    const { status } = ci({
      'npm ci --no-audit --no-fund': [1, 'npm error package.json and its lock file differ'],
    });
    should(status).equal(1);
  });

  for (const answer of [
    '405 Method Not Allowed - POST https://registry.example/-/npm/v1/security/advisories/bulk',
    'request to https://registry.example/ failed, reason: connect ECONNREFUSED',
  ])
    it(`does not call an audit good that the registry does not give: ${answer.slice(0, 7)}`, () => {
      const said = `npm warn audit ${answer}\nnpm error audit endpoint returned an error`;
      const { status, table } = ci({ 'npm audit --omit=dev --audit-level=high': [1, said] });
      should(status).equal(0);
      should(table).matchAny(/^audit +none .*nothing was checked/);
    });

  it('gives no step more time than there is', () => {
    const limits = [...readFileSync('.ci/run', 'utf8').matchAll(/step \w+ (\d+) /g)].map(([, limit]) =>
      Number(limit),
    );
    limits.length.should.equal(9);
    limits.reduce((sum, limit) => sum + limit, 0).should.be.belowOrEqual(90 * 60);
  });
});
