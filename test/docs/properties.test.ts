import { readFileSync } from 'node:fs';
import should from 'should';
import { CHANNELS } from '../../cloud';
import { CHOICES, NUMBERS } from '../../cloud/protocol/limits';
import { definition, types } from '../nodes/editor/registered';
import { codesIn, rows, section, textOf } from './documents';

/** What every node has, and what a form keeps in step by itself. */
const UNLISTED = ['version', 'name', 'outputs'];

/** Settings whose choices stand in another row of the table of limits, or in another table. */
const choices: Record<string, readonly string[]> = { ...CHOICES, 'ezt-device.output': CHOICES.deviceOutput };
const words: Record<string, readonly string[]> = { types: CHANNELS };
const numbers: Record<string, { min: number; max: number }> = NUMBERS;

const labels = (language: string): Record<string, string> => {
  const { eztcloud } = JSON.parse(readFileSync(`nodes/locales/${language}/eztcloud.json`, 'utf8')) as {
    eztcloud: { label: Record<string, string> };
  };
  return eztcloud.label;
};

for (const [file, language, heading] of [
  ['docs/reference.md', 'en-US', '**Properties** in a flow file:'],
  ['docs/reference.zh-CN.md', 'zh-CN', '流程文件中的**属性**：'],
] as const) {
  describe(`the properties in ${file}`, () => {
    const label = labels(language);
    const table = (type: string): string[][] => {
      const [, below = ''] = section(textOf(file), new RegExp(`\`${type}\``)).split(heading);
      return rows(below);
    };

    for (const type of types.keys()) {
      it(`of ${type} are those of the node, with their defaults and labels`, () => {
        const documented = table(type).map(([name = '', shown = '', byDefault = '']) => [
          codesIn(name)[0],
          shown,
          codesIn(byDefault)[0],
        ]);
        const defaults = Object.entries(definition(type).defaults).filter(
          ([name]) => !UNLISTED.includes(name),
        );
        const expected = defaults.map(([name, { value }]) => [
          name,
          label[name === 'paramsType' ? 'params' : name],
          JSON.stringify(value),
        ]);
        should(documented.sort()).deepEqual(expected.sort());
      });

      it(`of ${type} have the choices and the limits of the code`, () => {
        for (const [name = '', , , values = ''] of table(type)) {
          const property = codesIn(name)[0] ?? '';
          const given = codesIn(values);
          const choice = choices[`${type}.${property}`] ?? choices[property];
          const limit = numbers[property];
          if (choice)
            should(given).deepEqual(
              choice.map((each) => `"${each}"`),
              property,
            );
          else if (words[property]) should(given).deepEqual(words[property], property);
          else if (property === 'qos') should(given).deepEqual(['0', '1', '2']);
          else if (limit) {
            const [min, max] = [...values.matchAll(/\d+(?:\.\d+)?/g)].map(Number);
            should([min, max]).deepEqual([limit.min, limit.max], property);
          }
        }
      });
    }
  });
}
