import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const inFolder = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => (folder === '.' ? name : join(folder, name)));

/** Every document of the repository, by its path from the root. */
export const documents: readonly string[] = ['.', 'docs', join('docs', 'recipes')].flatMap(inFolder);

export const textOf = (document: string): string => readFileSync(document, 'utf8');

/** The part of `text` below the heading that `heading` fits, up to the next one of its level or above. */
export function section(text: string, heading: RegExp): string {
  const lines = text.split('\n');
  const first = lines.findIndex((line) => /^#+ /.test(line) && heading.test(line));
  if (first < 0) throw new Error(`no heading ${heading}`);
  const level = /^#+/.exec(lines[first] ?? '')?.[0].length ?? 1;
  const rest = lines.slice(first + 1);
  const end = rest.findIndex((line) => /^#+ /.test(line) && line.indexOf(' ') <= level);
  return rest.slice(0, end < 0 ? undefined : end).join('\n');
}

/** The cells of every row of the tables in `text`, without headings and rules. */
export function rows(text: string): string[][] {
  const lines = text.split('\n');
  return lines.flatMap((line, at) =>
    line.startsWith('|') && !/^\| *-/.test(line) && !/^\| *-/.test(lines[at + 1] ?? '')
      ? [
          line
            .slice(1, line.lastIndexOf('|'))
            .split(/(?<!\\)\|/)
            .map((cell) => cell.trim()),
        ]
      : [],
  );
}

/** What a cell has between backticks. */
export const codesIn = (cell: string): string[] =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

/** The numbers that a cell writes as `1,000`, or the code as a literal. */
export const numbersIn = (cell: string): number[] =>
  [...cell.matchAll(/\d[\d,]*\d|\d/g)].map(([found]) => Number(found.replaceAll(',', '')));

/** The numbers in the constant `name` of a source file; a product of two is one number. */
export function numbersOf(file: string, name: string): number[] {
  const constant = new RegExp(`^(?:export )?const ${name} = ([^;]+);`, 'm');
  const [, value] = constant.exec(readFileSync(file, 'utf8')) ?? [];
  if (value === undefined) throw new Error(`${file} has no constant ${name}`);
  return [...value.replaceAll('_', '').matchAll(/(\d+)(?: \* (\d+))?/g)].map(
    ([, one, two = 1]) => Number(one) * Number(two),
  );
}
