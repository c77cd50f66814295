import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import should from 'should';
import { EztError, type Reason, sentences } from '../../cloud';
import { englishDevices } from '../../emulator/device-texts';

const reasonsOf = (language: string): string[] => {
  const { eztcloud } = JSON.parse(readFileSync(`nodes/locales/${language}/eztcloud.json`, 'utf8')) as {
    eztcloud: { reason: Record<string, string> };
  };
  return Object.values(eztcloud.reason);
};

/** First cells of the rows of the README's tables. */
const firstCells = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^\| ([^|]+?) +\|/gm)].map((row) => row[1] ?? '');

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

for (const [file, language] of [
  ['README.md', 'en-US'],
  ['README.zh-CN.md', 'zh-CN'],
] as const) {
  describe(`the tables of ${file}`, () => {
    const cells = firstCells(file);

    it('have a row for every error code', () => {
      for (const reason of Object.keys(sentences())) {
        const { code } = new EztError(reason as Reason);
        should(cells).containEql(`\`${code}\``);
      }
    });

    it('have a row for every device of the emulator', () => {
      for (const username of Object.keys(englishDevices.single)) should(cells).containEql(`\`${username}\``);
    });

    it('have a row for every example', () => {
      for (const example of names) should(cells).containEql(`[\`${example}\`](docs/recipes/${example}.md)`);
    });

    it('explain every reason that a status can show, word for word', () => {
      const statuses = cells.flatMap((cell) => cell.split(/, |、/));
      for (const text of reasonsOf(language)) should(statuses).containEql(text);
    });
  });
}
