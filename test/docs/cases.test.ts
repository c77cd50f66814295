import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';

interface Named {
  /** Below `test/`, without `.test.ts`. */
  file: string;
  title: string;
}

/** Every test of this project, with its full title; none is run. */
function everyTest(): Named[] {
  const mocha = [require.resolve('mocha/bin/mocha.js'), '--no-config', '--dry-run', '--reporter', 'json'];
  const setup = ['--require', 'should', '--require', 'dist/test/support/setup.js'];
  const output = execFileSync(process.execPath, [...mocha, ...setup, 'dist/test/**/*.test.js'], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const { tests } = JSON.parse(output) as { tests: { file: string; fullTitle: string }[] };
  return tests.map(({ file, fullTitle }) => ({
    file: /dist[\\/]test[\\/](.+)\.test\.js$/.exec(file)?.[1]?.replaceAll('\\', '/') ?? file,
    title: fullTitle,
  }));
}

const text = () => readFileSync(join('docs', 'reliability.md'), 'utf8');

/** The tests that a cell names: `` `file`: _title_, _title_ ``. */
function testsIn(cell: string): Named[] {
  return [...cell.matchAll(/`([\w-]+(?:\/[\w-]+)+)`([^`]*)/g)].flatMap(([, file = '', rest = '']) => {
    const titles = [...rest.matchAll(/_([^_]+)_|\*((?:[^*\\]|\\.)+)\*/g)].map(
      (found) => found[1] ?? found[2] ?? '',
    );
    return (titles.length > 0 ? titles : ['(no title)']).map((title) => ({
      file,
      title: title.replaceAll('\\', ''),
    }));
  });
}

/** The rows of the table of cases: which cases, and which tests. */
function everyRow(): { cases: number[]; tests: Named[] }[] {
  return [...text().matchAll(/^\| (\d+)(?:–(\d+))? +\|[^|]*\|(.*)\|$/gm)].map((row) => {
    const [first, last] = [Number(row[1]), Number(row[2] ?? row[1])];
    const cases = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    return { cases, tests: testsIn(row[3] ?? '') };
  });
}

/** The rows of the table below it. */
function everyFurtherRow(): { what: string; tests: Named[] }[] {
  const [, further = ''] = /^## What else is tested\n(.*?)^## /ms.exec(text()) ?? [];
  return [...further.matchAll(/^\| ([^|]+?) +\|(.*`.*)\|$/gm)].map(([, what = '', cell = '']) => ({
    what,
    tests: testsIn(cell),
  }));
}

/** `…` stands for anything. */
const pattern = (title: string) =>
  new RegExp(
    title
      .split('…')
      .map((part) => part.trim().replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
      .join('.*'),
  );

describe('the cases in docs/reliability.md', () => {
  it('are all there, each once', () => {
    should(everyRow().flatMap(({ cases }) => cases)).deepEqual(Array.from({ length: 61 }, (_, i) => i + 1));
  });

  it('name tests that exist', function () {
    this.timeout(120_000); // it loads every test
    const all = everyTest();
    const exists = ({ file, title }: Named) =>
      all.some((test) => test.file === file && pattern(title).test(test.title));
    const further = everyFurtherRow();
    should(further.length).be.above(20);
    const rows = [...everyRow().map(({ cases: [number], tests }) => ({ what: number, tests })), ...further];
    const missing = rows.flatMap(({ what, tests }) => {
      should(tests.length).be.above(0, `${what}`);
      return tests.filter((test) => !exists(test)).map(({ file, title }) => `${what}: ${file}: ${title}`);
    });
    should(missing).deepEqual([]);
  });
});
