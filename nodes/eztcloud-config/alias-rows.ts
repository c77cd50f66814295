import { type AliasRow, isForbiddenKey, type RowProblem, rowProblem } from '../../cloud/protocol/alias-table';
import { dropBlanks, variableName } from '../../cloud/protocol/names';
import { isRecord } from '../editor/records';
import { type Csv, readCsv, rowOf } from './alias-csv';

/** What is wrong with the rows of a form: with one of them, by its index, or only worth knowing (`note`). */
export interface Remark {
  row: number;
  column: RowProblem['column'];
  /** A key in the catalogue's section `invalid`, with the values for its placeholders. */
  key: string;
  params: Record<string, string | number>;
  /** The project works all the same. */
  note: boolean;
}

/** The rows of the property `aliases`, however it stands in the flow file; `undefined`: not a table. */
export function rowsOf(table: unknown): AliasRow[] | undefined {
  if (table === undefined || table === null) return [];
  if (!isRecord(table) || Array.isArray(table)) return undefined;
  return Object.entries(table).map(([device, row]) => {
    const { name, tags } = isRecord(row) ? row : { name: row, tags: [] };
    return rowOf(device, String(name ?? ''), Array.isArray(tags) ? tags.join(';') : '');
  });
}

/** What a text stands for: a variable (that text), a table in JSON, or CSV. */
export function readText(text: string): Csv | { variable: string } {
  const trimmed = dropBlanks(text);
  if (variableName(trimmed) !== undefined) return { variable: trimmed };
  const rows = trimmed.startsWith('{') ? rowsOf(json(trimmed)) : undefined;
  if (rows) return { rows: rows.map((row) => ({ ...row, line: 1 })), unclosed: undefined };
  return readCsv(text);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // CSV, then
  }
}

/** `rows` with those of `more`, which come in place of rows with the same username. */
export function merge(rows: readonly AliasRow[], more: readonly AliasRow[]): AliasRow[] {
  const all = new Map(rows.map((row): [string, AliasRow] => [row.device, row]));
  for (const { device, name, tags } of more) all.set(device, { device, name, tags });
  return [...all.values()];
}

/** The property. Rows in which nothing stands are left out, and what would keep Node-RED from starting the project. */
export const tableOf = (rows: readonly AliasRow[]): Record<string, { name: string; tags: string[] }> =>
  Object.fromEntries(
    rows
      .filter(({ device, name, tags }) => device !== '' || name !== '' || tags.length > 0)
      .filter(({ device }) => !isForbiddenKey(device))
      .map(({ device, name, tags }) => [device, { name, tags: [...tags] }]),
  );

/** What there is to say of `rows`. */
export function remarks(rows: readonly AliasRow[]): Remark[] {
  const devices = count(rows.map((row) => row.device));
  const names = count(rows.map((row) => row.name));
  return rows.flatMap((row, index): Remark[] => {
    if (row.device === '' && row.name === '' && row.tags.length === 0) return [];
    const wrong = rowProblem(row);
    if (wrong) return [{ row: index, note: false, ...sentenceOf(wrong) }];
    if ((devices.get(row.device) ?? 0) > 1) {
      return [{ row: index, column: 'device', key: 'deviceTwice', params: {}, note: false }];
    }
    const isOther = row.name !== row.device && devices.has(row.name);
    if (row.name !== '' && ((names.get(row.name) ?? 0) > 1 || isOther)) {
      return [{ row: index, column: 'name', key: 'ambiguous', params: {}, note: true }];
    }
    return [];
  });
}

function count(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

const SHAPES = { device: 'level', name: 'aliasName', tags: 'aliasTags' } as const;

function sentenceOf({ column, problem }: RowProblem): Pick<Remark, 'column' | 'key' | 'params'> {
  if (problem.is !== 'character') {
    return { column, key: problem.is === 'shape' ? SHAPES[column] : problem.is, params: {} };
  }
  return { column, key: 'character', params: { code: problem.code, position: problem.position } };
}
