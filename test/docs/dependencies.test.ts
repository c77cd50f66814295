import { readFileSync } from 'node:fs';
import should from 'should';

/** Licences under which something may be shipped in an MIT package. */
const FREE = /^(MIT|ISC|0BSD|BSD-2-Clause|BSD-3-Clause|Apache-2\.0|BlueOak-1\.0\.0)$/;
const BUNDLED = /^((?:@[\w.-]+\/)?[\w.-]+) \d+\.\d+\.\d+\S* \((.+)\)$/gm;

type Licences = Map<string, string>;

/** Package → licence of each table below a heading; the reason must be there, too. */
const sections: Record<string, Licences> = {};
for (const section of readFileSync('docs/dependencies.md', 'utf8').split(/^## /m).slice(1)) {
  const [title = ''] = section.split('\n');
  const rows = [...section.matchAll(/^\| `([^`]+)` +\| ([^|]+?) +\| (.+?) +\|$/gm)];
  sections[title] = new Map(rows.map(([, name = '', licence = '']) => [name, licence]));
}

const json = (file: string) => JSON.parse(readFileSync(file, 'utf8'));
const licenceOf = (name: string): string => json(`node_modules/${name}/package.json`).license;
const sorted = (licences: Licences): [string, string][] => [...licences].sort(([a], [b]) => (a < b ? -1 : 1));
const same = (title: string, expected: Licences): void => {
  should(sorted(sections[title] ?? new Map())).eql(sorted(expected));
};

describe('docs/dependencies.md', () => {
  it('has every package that a user installs, with its licence', () => {
    const packages = json('package-lock.json').packages as Record<string, { dev?: boolean; license: string }>;
    const installed = Object.entries(packages).filter(([path, { dev }]) => path !== '' && !dev);
    same(
      'At run time',
      new Map(installed.map(([path, { license }]) => [path.replace(/^.*node_modules\//, ''), license])),
    );
  });

  it("has every package in the emulator's bundle, with its licence", () => {
    const licences = readFileSync('dist/eztcloud-emulator.licenses.txt', 'utf8');
    const bundled = [...licences.matchAll(BUNDLED)];
    bundled.length.should.be.above(20);
    same("In the emulator's bundle", new Map(bundled.map(([, name = '', licence = '']) => [name, licence])));
  });

  it("brings the licence text of every package in the emulator's bundle", () => {
    const licences = readFileSync('dist/eztcloud-emulator.licenses.txt', 'utf8');
    for (const part of licences.split(`\n${'-'.repeat(72)}\n`)) {
      const [names = '', ...text] = part.trim().split('\n\n');
      text
        .join('\n\n')
        .should.match(/copyright/i, names)
        .and.match(/permi(ssion|tted)|licensed?/i, names);
    }
  });

  it('has every package that is used for development, with its licence', () => {
    const names = Object.keys(json('package.json').devDependencies);
    same('For development', new Map(names.map((name) => [name, licenceOf(name)])));
  });

  it('ships nothing that may not be part of an MIT package', () => {
    for (const title of ['At run time', "In the emulator's bundle"]) {
      for (const [name, licence] of sections[title] ?? []) licence.should.match(FREE, name);
    }
  });
});
