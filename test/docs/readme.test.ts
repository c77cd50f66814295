import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import should from 'should';
import { EztError, type Reason, sentences } from '../../cloud';
import { englishDevices } from '../../emulator/device-texts';
import { types } from '../nodes/editor/registered';
import { rows, section, textOf } from './documents';

const textsOf = (language: string): Record<string, unknown> => {
  const file = readFileSync(`nodes/locales/${language}/eztcloud.json`, 'utf8');
  return (JSON.parse(file) as { eztcloud: Record<string, unknown> }).eztcloud;
};
const reasonsOf = (language: string): string[] => Object.values(textsOf(language).reason as object);

/** Every text in a part of a catalogue. */
const everyText = (part: unknown): string[] =>
  typeof part === 'string' ? [part] : Object.values(part as object).flatMap(everyText);

/** First cells of the rows of a document's tables. */
const firstCells = (file: string): string[] => rows(textOf(file)).map(([cell = '']) => cell);

const names = readdirSync('examples').map((file) => basename(file, '.json'));

describe('docs/recipes', () => {
  const read = (example: string) => readFileSync(`docs/recipes/${example}.md`, 'utf8');

  it('have a page for every example, and no other', () => {
    readdirSync('docs/recipes')
      .sort()
      .should.deepEqual(names.map((name) => `${name}.md`));
  });

  for (const example of names) {
    it(`${example}.md says in both languages how it works, what to change and what may go wrong`, () => {
      const headings = [...read(example).matchAll(/^(#{1,2}) (.+)$/gm)];
      headings.map(([, level]) => level).should.deepEqual(['#', '##', '##', '##', '#', '##', '##', '##']);
      for (const [i, [, , text = '']] of headings.entries()) {
        should(/\p{Script=Han}/u.test(text)).equal(i > 3, text);
      }
      const link = /\]\(#([^)]+)\)/.exec(read(example))?.[1];
      should(
        headings[4]?.[2]?.toLowerCase().replaceAll(/[，。、 ]/g, (mark) => (mark === ' ' ? '-' : '')),
      ).equal(link);
    });
  }
});

for (const [language, readme, suffix] of [
  ['en-US', 'README.md', ''],
  ['zh-CN', 'README_zh-CN.md', '.zh-CN'], // npm would pack a README.zh-CN.md
] as const) {
  describe(`the tables of ${readme} and docs/*${suffix}.md`, () => {
    const reference = firstCells(`docs/reference${suffix}.md`);

    it('have a row for every error code', () => {
      for (const reason of Object.keys(sentences())) {
        const { code } = new EztError(reason as Reason);
        should(reference).containEql(`\`${code}\``);
      }
    });

    it('have a row for every device of the emulator', () => {
      const devices = firstCells(`docs/emulator${suffix}.md`);
      for (const username of Object.keys(englishDevices.single))
        should(devices).containEql(`\`${username}\``);
    });

    it('have a row for every example, and for every node', () => {
      const cells = firstCells(readme);
      for (const example of names) should(cells).containEql(`[\`${example}\`](docs/recipes/${example}.md)`);
      for (const type of types.keys()) should(cells.join('\n')).match(new RegExp(`[（(]\`${type}\`[)）]`));
    });

    it('explain every reason that a status can show, word for word', () => {
      const statuses = reference.flatMap((cell) => cell.split(/, |、/));
      for (const text of reasonsOf(language)) should(statuses).containEql(text);
    });

    it('name symptoms in the words of the product', () => {
      const words = new Set(Object.values(textsOf(language)).flatMap((part) => everyText(part)));
      const symptoms = rows(section(textOf(readme), /If it does not work|无法运行时/));
      should(symptoms.length).be.above(10);
      const named = symptoms.flatMap(([cell = '']) =>
        [...cell.replace(/`[^`]*`/g, '').matchAll(/_([^_]+)_/g)].map(([, text = '']) => text),
      );
      const CORE = ['connected', '已连接'];
      const unknown = named.filter((text) => !words.has(text.replace(/ \d+$/, '')) && !CORE.includes(text));
      should(unknown).deepEqual([]);
    });

    it('name buttons and tools in the words of the product', () => {
      const {
        emulator,
        test,
        live,
        try: tryIt,
      } = textsOf(language) as Record<string, Record<string, string>>;
      const minutes = section(textOf(readme), /Five minutes|五分钟/);
      for (const button of [emulator?.use, test?.button]) should(minutes).containEql(button);
      const tools = firstCells(readme);
      for (const tool of [emulator?.use, test?.button, tryIt?.button, live?.title?.split(/[:：]/)[0]])
        should(tools).containEql(tool);
    });
  });
}
