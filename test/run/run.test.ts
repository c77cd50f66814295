import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { temporaryDirectory } from '../support/cleanup';
import { report } from './cli';
import { runLane } from './lanes';

const PAUSE = 'const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });';

/** Runs each text of tests in a lane of its own, all at once. */
async function run(...lanes: string[]): Promise<{ code: number; printed: string; lines: string[] }> {
  const results = await Promise.all(
    lanes.map((tests, index) => {
      const file = join(temporaryDirectory('lane-test'), `sample${index}.js`);
      writeFileSync(file, `${PAUSE}\n${tests}`);
      return runLane({ name: `lane ${index}`, files: [file], env: { TEST_GRACE_MS: '300' } });
    }),
  );
  const texts: string[] = [];
  const code = report(results, (text) => texts.push(text));
  const printed = texts.join('');
  return { code, printed, lines: printed.trim().split('\n') };
}

describe('npm test, in lanes', function () {
  this.timeout(60_000);

  it('closes with one line about all of them', async () => {
    const { code, lines } = await run(
      `it('a', () => pause(10));`,
      `it('b', () => {}); describe('c', () => { it('d', () => {}); it.skip('e', () => {}); });`,
    );
    should(code).equal(0);
    should(lines.slice(-2)).eql([
      'Skipped: marked as skipped in the source: 1 test',
      '3 passed, 0 failed, 1 skipped',
    ]);
  });

  it('says that nothing was skipped, and which files took longest', async () => {
    const { printed, lines } = await run(
      `it('a', () => {}); describe('s', () => { it('b', () => pause(80)); });`,
    );
    should(lines.at(-2)).equal('Skipped: nothing');
    printed.should.match(/Slowest files:\n +\d\.\d s {2}.*sample0\.js/);
  });

  it('names what failed in any of them, and fails', async () => {
    const bad = `describe('s', () => { it('fails', () => { throw new Error('x'); }); });`;
    const { code, printed, lines } = await run(bad, `it('b', () => {});`);
    should(code).equal(1);
    printed.should.match(/Failed:\n {2}s fails\n/);
    should(lines.at(-1)).equal('1 passed, 1 failed, 0 skipped');
  });

  const deaths: Record<string, string> = {
    'a test ends the process': `it('a', () => process.exit(0));`,
    'a file cannot be loaded': `throw new Error('x');`,
  };
  for (const [what, tests] of Object.entries(deaths)) {
    it(`fails without that line when ${what}`, async () => {
      const { code, printed } = await run(`it('b', () => {});`, tests);
      should(code).equal(1);
      printed.should.match(/The tests of "lane 1" ended before its tests were done, with exit code [1-9]/);
      printed.should.not.match(/passed/);
    });
  }

  it('fails when one test is to run alone: the others would be left out unseen', async () => {
    const { code, printed } = await run(`it('a', () => {}); it.only('b', () => {});`, `it('c', () => {});`);
    should(code).equal(1);
    printed.should.match(/The tests of "lane 0" ended before its tests were done/);
    printed.should.not.match(/passed/);
  });

  it('names a file that has no test, and fails', async () => {
    const full = join(temporaryDirectory('lane-test'), 'full.js');
    const empty = join(temporaryDirectory('lane-test'), 'empty.js');
    writeFileSync(full, `describe('s', () => { it.skip('a', () => {}); it('b', () => {}); });`);
    writeFileSync(empty, `for (const each of []) it(each, () => {});`);
    const texts: string[] = [];
    const lane = { name: 'lane', files: [full, empty], env: { TEST_GRACE_MS: '300' } };
    should(report([await runLane(lane)], (text) => texts.push(text))).equal(1);
    texts.join('').should.containEql(`${empty} has no test.`).and.not.containEql(`${full} has no test`);
  });

  it('refuses a lane of no files', async () => {
    await runLane({ name: 'none', files: [] }).should.be.rejectedWith(/"none" has no files/);
  });

  const late: Record<string, string> = {
    'something goes wrong after the tests': `it('a', () => { setTimeout(() => { throw new Error('x'); }, 100); });`,
    'a lane has no tests': '',
  };
  for (const [what, tests] of Object.entries(late)) {
    it(`fails when ${what}`, async () => {
      const { code, printed } = await run(tests, `it('b', () => {});`);
      should(code).equal(1);
      printed.should.match(/The tests of "lane 0" ended after its tests, with exit code [1-9]/);
    });
  }
});
