import { EztError } from './errors';
import { ALIASES } from './limits';
import { dropBlanks, type NameProblem, nameProblem, SEPARATORS, wordProblem } from './names';

// The table of the property `aliases`: what people call the devices of a project. The editor's script uses this too.

/** One device of the table. */
export interface AliasRow {
  /** Device username. */
  device: string;
  /** Empty: only tags. */
  name: string;
  tags: readonly string[];
}

/** What is wrong with a row, and in which column. */
export interface RowProblem {
  column: 'device' | 'name' | 'tags';
  problem: NameProblem;
}

/** Most names and tags: nothing needs to be dropped, composed or looked for. A table may hold 100,000. */
const PLAIN = /^\w[\w-]*(?: [\w-]+)*$/;
const SHAPE: NameProblem = { is: 'shape' };
const NOT_IN_TAG = new RegExp(`[#＃${SEPARATORS}]`);

/**
 * The rows of a table as it stands in the flow file, or as JSON text from a variable; nothing is an empty table.
 * Names and tags come without the blanks around them, in Unicode's composed form (NFC), tags without their `#`.
 * Throws `EZT_CONFIG`.
 */
export function readAliasTable(value: unknown): AliasRow[] {
  const table = typeof value === 'string' ? fromText(value) : (value ?? {});
  if (!isObject(table)) throw new EztError('aliasesInvalid');
  const entries = Object.entries(table);
  if (entries.length > ALIASES.devices) throw new EztError('aliasesTooMany', { limit: ALIASES.devices });
  return entries.map(([device, row]) => {
    const { name = '', tags = [] } = isObject(row) ? row : { name: row };
    if (typeof name !== 'string') throw new EztError('aliasName', { device });
    if (!Array.isArray(tags)) throw new EztError('aliasTags', { device, limit: ALIASES.tags });
    if (!tags.every((tag) => typeof tag === 'string')) {
      throw new EztError('aliasTags', { device, limit: ALIASES.tags });
    }
    const read = { device, name: aliasKey(name), tags: [...new Set(tags.map(tagKey))] };
    const wrong = rowProblem(read);
    if (wrong) throw rowError(device, wrong);
    return read;
  });
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function fromText(text: string): unknown {
  if (dropBlanks(text) === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new EztError('aliasesInvalid');
  }
}

/** As `name` is compared: without blanks around it, in composed form, as most keyboards write it. */
export const aliasKey = (name: string): string => (PLAIN.test(name) ? name : dropBlanks(name).normalize());

/** As a tag is compared: as {@link aliasKey}, without `#`. */
export const tagKey = (tag: string): string =>
  PLAIN.test(tag) ? tag : aliasKey(aliasKey(tag).replace(/^[#＃]/, ''));

/**
 * Node-RED looks for variables in all that a node holds, and does not start a node with such a key: it would call it.
 * Source: `mapEnvVarProperties` in @node-red/runtime/lib/flows/util.js.
 */
export const isForbiddenKey = (device: string): boolean => device === 'hasOwnProperty';

/** What is wrong with a row, as {@link readAliasTable} gives it; `undefined` when nothing is. */
export function rowProblem({ device, name, tags }: AliasRow): RowProblem | undefined {
  const username = isForbiddenKey(device) ? SHAPE : nameProblem(device);
  if (username) return { column: 'device', problem: username };
  const alias = name === '' ? undefined : limited(name);
  if (alias) return { column: 'name', problem: alias };
  if (tags.length > ALIASES.tags) return { column: 'tags', problem: { is: 'shape' } };
  for (const tag of tags) {
    const problem = !PLAIN.test(tag) && NOT_IN_TAG.test(tag) ? SHAPE : limited(tag);
    if (problem) return { column: 'tags', problem };
  }
  return undefined;
}

const limited = (text: string): NameProblem | undefined =>
  text.length > ALIASES.length ? SHAPE : PLAIN.test(text) ? undefined : wordProblem(text);

function rowError(device: string, { column, problem }: RowProblem): EztError {
  if (problem.is === 'character') {
    const { shown, code, position } = problem;
    return new EztError('badCharacter', { option: `aliases (${column})`, name: shown, code, position });
  }
  if (problem.is === 'variable') return new EztError('brokenVariable', { option: `aliases (${column})` });
  switch (column) {
    case 'device':
      return new EztError('aliasDevice', { device });
    case 'name':
      return new EztError('aliasName', { device });
    case 'tags':
      return new EztError('aliasTags', { device, limit: ALIASES.tags });
  }
}
