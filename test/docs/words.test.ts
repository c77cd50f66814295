import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { examples } from '../support/examples';
import { textOf } from './documents';

/** What Node-RED's editor and the nodes of others call their own, and the console of the platform. */
const OTHERS =
  /^(完成|导入|示例|Import|Examples|节点管理|安装|Manage palette|空|Indicator|switch icon shows state of the input|控制台|项目 >)/;
/** `online != true`, as a rule of `ezt-device` is read. */
const RULE = / [!<>]?= /;

const textsIn = (part: unknown): string[] =>
  typeof part === 'string' ? [part] : Object.values(part as object).flatMap(textsIn);
/** All texts of the product in a language, and the buttons in its help. */
function wordsOf(language: string): string[] {
  const read = (file: string) => readFileSync(join('nodes', 'locales', language, file), 'utf8');
  const buttons = [...read('eztcloud.html').matchAll(/<button[^>]*>([^<]+)</g)].map(([, text = '']) => text);
  return [...textsIn(JSON.parse(read('eztcloud.json'))), ...buttons];
}

const recipes = readdirSync(join('docs', 'recipes')).map((name) => textOf(join('docs', 'recipes', name)));
const comments = examples.flatMap(({ nodes }) => nodes.map(({ info }) => String(info ?? '')));
const lines = [...recipes, ...comments].flatMap((text) => text.split('\n'));
const isChinese = (line: string) => /\p{Script=Han}/u.test(line);

/** Without the count of a status, and without the rest that is left out. */
const beginning = (name: string) =>
  name
    .trim()
    .replace(/ \d+$|……$/, '')
    .toLowerCase();

/** What is named and no text of the product begins so. `_Send: only changes_` names a field and what is chosen there. */
function unknown(named: readonly string[], language: string): string[] {
  const words = wordsOf(language).map((word) => word.toLowerCase());
  const isKnown = (name: string) => words.some((word) => word.startsWith(beginning(name)));
  return named.filter(
    (name) =>
      !OTHERS.test(name) &&
      !RULE.test(name) &&
      !isKnown(name) &&
      !name.split(/：|: /).every((part) => isKnown(part)),
  );
}

describe('fields, options and buttons that recipes, examples and Chinese documents name', () => {
  it('are called so by the product, in English', () => {
    const english = lines.filter((line) => !isChinese(line)).join('\n');
    const named = [...english.matchAll(/(?<![\w`])_([A-Z][^_`]+)_|"([A-Z][^"]+)"/g)];
    should(named.length).be.above(40);
    should(
      unknown(
        named.map(([, one, two]) => one ?? two ?? ''),
        'en-US',
      ),
    ).deepEqual([]);
  });

  it('are called so by the product, in Chinese', () => {
    const quoted = [...lines.join('\n').matchAll(/“([^”]+)”/g)];
    const documents = ['README_zh-CN.md', 'docs/reference.zh-CN.md', 'docs/emulator.zh-CN.md'].map(textOf);
    const slanted = [...documents.join('\n').matchAll(/(?<![\w`])_([^_`\n]*\p{Script=Han}[^_`\n]*)_/gu)];
    should(quoted.length).be.above(40);
    should(slanted.length).be.above(40);
    should(
      unknown(
        [...quoted, ...slanted].map(([, name = '']) => name),
        'zh-CN',
      ),
    ).deepEqual([]);
  });
});
