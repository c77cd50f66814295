import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import should from 'should';
import { EztError, type Reason, sentences } from '../../cloud';
import { codesIn, documents, rows, section, textOf } from './documents';

const { scripts, name, dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  name: string;
  dependencies: Record<string, string>;
  scripts: Record<string, string>;
};

/** Every file below these folders, and the text of all that are ours to run. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((entry) => {
    const path = join(folder, entry);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}
const sources = ['cloud', 'nodes', 'emulator', 'bench', 'test', 'examples']
  .flatMap(filesBelow)
  .filter((file) => /\.(ts|mjs|json)$/.test(file) && !file.startsWith(join('test', 'docs')));
const code = sources.map((file) => readFileSync(file, 'utf8')).join('\n');

/** As GitHub makes the anchor of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
    .replaceAll(' ', '-');
const anchorsOf = (text: string): string[] =>
  [...text.replace(/^```.*?^```/gms, '').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    anchorOf(heading),
  );

/** What all documents have that fits, each as `document: match`, unless `isTrue`. */
function untrue(pattern: RegExp, isTrue: (found: RegExpExecArray, document: string) => boolean): string[] {
  let seen = 0;
  const wrong = documents.flatMap((document) =>
    [...textOf(document).matchAll(pattern)].flatMap((found) => {
      seen += 1;
      return isTrue(found, document) ? [] : [`${document}: ${found[0]}`];
    }),
  );
  should(seen).be.above(0);
  return wrong;
}

describe('the documents', () => {
  it('name npm scripts that exist', () => {
    should(untrue(/\bnpm run (?:--silent )?([a-z:-]+)/g, ([, script = '']) => script in scripts)).deepEqual(
      [],
    );
    should(untrue(/\bnpm (start|test)\b/g, ([, script = '']) => script in scripts)).deepEqual([]);
  });

  it('name options of commands that exist', () => {
    const options =
      /\bnpm (?:run [a-z]+|start) -- (--[^`\n]*)|\bnpx @eztcloud\/node-red-eztcloud (--[^`\n]*)/g;
    const isKnown = (option: string): boolean =>
      new RegExp(`['"]?${option}['"]?: (text|flag|\\{|'string')|'--${option}'|"--${option}`).test(code);
    should(
      untrue(options, ([, ofScript, ofPackage]) =>
        [...(ofScript ?? ofPackage ?? '').matchAll(/--([a-z-]+)/g)].every(([, option = '']) =>
          isKnown(option),
        ),
      ),
    ).deepEqual([]);
  });

  it('run no other package with npx, and install this one by its name', () => {
    should(untrue(/\bnpx (\S+?)[`\s]/g, ([, found]) => found === name)).deepEqual([]);
    should(untrue(/\bnpm install (@[^`\s]+)/g, ([, found]) => found === name)).deepEqual([]);
  });

  it('name files and folders that exist', () => {
    const path =
      /`((?:cloud|nodes|emulator|bench|test|examples|docs|icons|resources|\.ci|\.github)\/[\w./-]*[\w/])`/g;
    const exists = (file: string) =>
      [file, `${file}.ts`, `test/${file}.test.ts`].some((each) => existsSync(each));
    should(untrue(path, ([, file = '']) => exists(file))).deepEqual([]);
  });

  it('link to files and headings that exist', () => {
    const isThere = ([, link = '']: RegExpExecArray, document: string): boolean => {
      const [file = '', anchor] = decodeURIComponent(link).split('#');
      const target = file === '' ? document : join(dirname(document), file);
      return existsSync(target) && (anchor === undefined || anchorsOf(textOf(target)).includes(anchor));
    };
    should(untrue(/\]\((?!https?:)([^)\s]+)\)/g, isThere)).deepEqual([]);
  });

  it('name error codes and environment variables that exist', () => {
    const codes = new Set(
      Object.keys(sentences()).map((reason) => new EztError(reason as Reason).code as string),
    );
    const isThere = ([found]: RegExpExecArray) => codes.has(found) || new RegExp(`\\b${found}\\b`).test(code);
    should(untrue(/\b(?:EZT_[A-Z_]+[A-Z]|[A-Z]+_SEED)\b/g, isThere)).deepEqual([]);
  });

  it('name fields of messages that exist', () => {
    const isThere = ([, field = '']: RegExpExecArray) =>
      new RegExp(
        `\\bmsg\\??\\.${field}\\b|\\bmessage\\.${field}\\b|^\\s*(readonly )?${field}\\??[:(,]`,
        'm',
      ).test(code);
    should(untrue(/`msg\.([a-zA-Z]+)/g, isThere)).deepEqual([]);
  });

  it('name the runtime dependencies and no other', () => {
    const [, sentence = ''] = /runtime dependencies, (.*?), kept/s.exec(textOf('SECURITY.md')) ?? [];
    should(codesIn(sentence)).deepEqual(Object.keys(dependencies));
  });

  it('name the packages that CI installs', () => {
    const [, named = ''] = /`apt-get install (.*?)`/s.exec(textOf('CONTRIBUTING.md')) ?? [];
    const ci = readFileSync(join('.ci', 'run'), 'utf8');
    const [, pairs = ''] = /for pair in (.*?); do/.exec(ci) ?? [];
    const installed = [
      ...pairs.split(' ').map((pair) => pair.split(':')[1]),
      ...[...ci.matchAll(/missing="\$missing ([a-z][\w-]+)"/g)].map(([, each]) => each),
    ];
    should(named.split(/\s+/).sort()).deepEqual(installed.sort());
  });

  it('say of every folder of the client and of the nodes what is in it', () => {
    const house = rows(section(textOf('docs/architecture.md'), /The house/)).flatMap(([cell = '']) =>
      codesIn(cell),
    );
    const isFolder = (path: string) => statSync(path).isDirectory();
    const folders = ['cloud', 'nodes'].flatMap((parent) =>
      readdirSync(parent)
        .map((entry) => `${parent}/${entry}`)
        .filter(isFolder)
        .map((path) => (existsSync(join(path, 'form.html')) ? 'nodes/<node>/' : `${path}/`)),
    );
    for (const folder of new Set(folders)) should(house).containEql(folder);
    for (const folder of house.filter((each) => each.endsWith('/') && !each.includes('<')))
      should(existsSync(folder)).equal(true, folder);
  });

  it('are there in both languages, with the same sections', () => {
    const pairs = documents.filter((document) => /[._]zh-CN\.md$/.test(document));
    should(pairs).containEql('README_zh-CN.md');
    const levels = (document: string) =>
      [
        ...textOf(document)
          .replace(/^```.*?^```/gms, '')
          .matchAll(/^(#+) /gm),
      ].map(([, level]) => level);
    const tables = (document: string) =>
      [...textOf(document).matchAll(/^\| *-.*$/gm)].map(([rule]) => rule.split('|').length);
    for (const chinese of pairs) {
      const english = chinese.replace(/[._]zh-CN/, '');
      should(levels(chinese)).deepEqual(levels(english), chinese);
      should(tables(chinese)).deepEqual(tables(english), chinese);
      should(textOf(chinese).match(/^\|/gm)?.length).equal(textOf(english).match(/^\|/gm)?.length, chinese);
    }
  });
});
