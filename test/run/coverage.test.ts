import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import should from 'should';
import { temporaryDirectory } from '../support/cleanup';

/** The report of a checkout with one file, of whose 100 functions a run has called so many. */
function report(reached: number): { status: number | null; output: string } {
  const directory = temporaryDirectory('coverage');
  const raw = join(directory, '.cache/coverage/raw');
  for (const each of ['dist/cloud', '.cache/coverage/raw'])
    mkdirSync(join(directory, each), { recursive: true });
  symlinkSync(resolve('node_modules'), join(directory, 'node_modules'), 'junction');
  const functions = Array.from({ length: 100 }, (_, i) => `function f${i}() {\n  return ${i};\n}`);
  const calls = Array.from({ length: reached }, (_, i) => `f${i}()`).join(';');
  const file = join(directory, 'dist/cloud/sample.js');
  writeFileSync(file, [...functions, calls].join('\n'));
  const env = { ...process.env, NODE_V8_COVERAGE: raw };
  if (reached > 0) spawnSync(process.execPath, [file], { env });
  const { status, stdout, stderr } = spawnSync(process.execPath, [resolve('test/coverage.mjs'), '--report'], {
    cwd: directory,
    encoding: 'utf8',
    env: { ...process.env, NODE_V8_COVERAGE: '' },
  });
  return { status, output: stdout + stderr };
}

describe('npm run coverage', function () {
  this.timeout(60_000);

  it('is content with 98 % of the lines', () => {
    const { status, output } = report(99);
    should(status).equal(0, output);
    output.should.match(/^all +\d+\.\d % {2}of \d+$/m);
  });

  it('fails when fewer are reached', () => {
    const { status, output } = report(90);
    should(status).equal(1, output);
    output.should.match(/The tests must reach 98 % of the lines/);
  });

  it('fails when there is nothing to report', () => {
    const { status, output } = report(0);
    should(status).equal(1, output);
  });
});
