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
      for (const example of readdirSync('examples'))
        should(cells).containEql(`\`${basename(example, '.json')}\``);
    });

    it('explain every reason that a status can show, word for word', () => {
      const statuses = cells.flatMap((cell) => cell.split(/, |、/));
      for (const text of reasonsOf(language)) should(statuses).containEql(text);
    });
  });
}
