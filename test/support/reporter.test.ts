import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { temporaryDirectory } from './cleanup';

const MOCHA = resolve('node_modules/mocha/bin/mocha.js');
const SUPPORT = __dirname;

/** Runs mocha, with this repository's configuration, on one file of tests on a machine without Node-RED 5. */
function run(tests: string): { status: number | null; lines: string[]; errors: string } {
  const file = join(temporaryDirectory('mocha'), 'sample.js');
  const needs = `const { needs } = require(${JSON.stringify(join(SUPPORT, 'machine.js'))});`;
  const pause = 'const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });';
  writeFileSync(file, [needs, pause, tests].join('\n'));
  const options = ['--no-config', '--require', join(SUPPORT, 'setup.js'), '--fail-zero'];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [MOCHA, ...options, '--reporter', join(SUPPORT, 'reporter.js'), file],
    {
      encoding: 'utf8',
      timeout: 15_000,
      env: { ...process.env, NODE_RED_5: '/nowhere', TEST_GRACE_MS: '300' },
    },
  );
  return { status, lines: stdout.trim().split('\n'), errors: stderr };
}

describe('support: the run of the tests', () => {
  it('names what was skipped and why in its last lines', () => {
    const { status, lines } = run(`
      it('passes', () => {});
      describe('a suite', function () {
        needs(this, 'node-red-5');
        before(() => { throw new Error('not skipped'); });
        after(() => { throw new Error('not skipped'); });
        it('one', () => {});
        describe('within', () => { before(() => { throw new Error('not skipped'); }); it('two', () => {}); });
      });
      describe('hooks', () => {
        before(function () { needs(this, 'node-red-5'); });
        it('three', () => {});
      });
      describe('each', () => {
        beforeEach(function () { needs(this, 'node-red-5'); });
        it('four', () => {});
      });
      it('five', function () { needs(this, 'node-red-5'); throw new Error('not skipped'); });
      it.skip('six', () => {});`);
    status?.should.equal(0);
    lines.at(-3)?.should.match(/^Skipped: Node-RED 5 is not installed \(.*\): 5 tests$/);
    lines.at(-2)?.should.equal('Skipped: marked as skipped in the source: 1 test');
    lines.at(-1)?.should.equal('1 passed, 0 failed, 6 skipped');
  });

  it('says so when nothing was skipped', () => {
    const { status, lines } = run(`it('passes', () => {});`);
    status?.should.equal(0);
    lines.slice(-2).should.deepEqual(['Skipped: nothing', '1 passed, 0 failed, 0 skipped']);
  });

  const failures: Record<string, string> = {
    'a test fails': `it('a', () => { throw new Error('x'); });`,
    'a hook before fails': `describe('s', () => { before(() => { throw new Error('x'); }); it('a', () => {}); });`,
    'a hook after fails': `describe('s', () => { after(() => { throw new Error('x'); }); it('a', () => {}); });`,
    'a promise is rejected and nobody looks': `it('a', () => { Promise.reject(new Error('x')); return pause(50); });`,
    'an exception comes out of a callback': `it('a', () => { setTimeout(() => { throw new Error('x'); }); return pause(50); });`,
  };
  for (const [what, tests] of Object.entries(failures)) {
    it(`fails when ${what}`, () => {
      const { status, lines } = run(`it('passes', () => {}); ${tests}`);
      (status ?? 0).should.not.equal(0);
      lines.at(-1)?.should.match(/^\d passed, 1 failed, 0 skipped$/);
    });
  }

  const deaths: Record<string, string> = {
    'the process is kept alive': `it('a', () => { setInterval(() => {}, 1000); });`,
    'a test ends the process': `it('a', () => process.exit(0));`,
    'an exception comes after the end': `it('a', () => { setTimeout(() => { throw new Error('x'); }, 100); });`,
    'there are no tests': '',
    'the file cannot be loaded': `throw new Error('x');`,
  };
  for (const [what, tests] of Object.entries(deaths)) {
    it(`fails when ${what}`, () => {
      const { status, errors } = run(tests);
      (status ?? 0).should.not.equal(0);
      errors.should.match(/still alive|ended before|Error: x|No test/);
    });
  }
});
