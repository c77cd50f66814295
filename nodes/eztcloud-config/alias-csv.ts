import { type AliasRow, aliasKey, tagKey } from '../../cloud/protocol/alias-table';
import { dropBlanks, namesIn } from '../../cloud/protocol/names';

// The table of aliases as text, one device a line: `username,name,tag1;tag2`. That is what spreadsheets write; what
// is copied from them has tabs in place of the commas.

/** A row with the line of the text on which it begins, from 1. */
export interface CsvRow extends AliasRow {
  line: number;
}

/** What is read of a text. `unclosed`: the line of a quotation mark without its partner. */
export interface Csv {
  rows: CsvRow[];
  unclosed: number | undefined;
}

const HEADERS = ['username', 'device', 'device username', '设备', '用户名', '设备用户名'];

/**
 * The rows of `text`, in order. Nothing is left out but empty lines and a line with headings on top: what is wrong
 * with a row, {@link rowProblem} says. Fields may stand in quotation marks; a field too many is one more tag.
 */
export function readCsv(text: string): Csv {
  const lines = text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
  const separator = lines.includes('\t') ? '\t' : ',';
  const rows: CsvRow[] = [];
  let unclosed: number | undefined;
  for (const { line, fields, open } of records(lines, separator)) {
    if (open) unclosed = line;
    if (fields.every((field) => dropBlanks(field) === '')) continue;
    const [device = '', name = '', ...tags] = fields.map(dropBlanks);
    if (rows.length === 0 && HEADERS.includes(device.toLowerCase())) continue;
    rows.push({ line, ...rowOf(device, name, tags.join(';')) });
  }
  return { rows, unclosed };
}

/** A row of what stands in its three fields; tags are separated as devices are in the other forms. */
export const rowOf = (device: string, name: string, tags: string): AliasRow => ({
  device: dropBlanks(device),
  name: aliasKey(name),
  tags: [...new Set((namesIn(tags) ?? []).map(tagKey))],
});

export const writeCsv = (rows: readonly AliasRow[]): string =>
  rows.map(({ device, name, tags }) => [device, name, tags.join(';')].map(quoted).join(',')).join('\n');

/** A name may begin as if it were a heading or a comment; only what ends a field needs quotation marks. */
const quoted = (field: string): string =>
  /[",\t\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;

interface CsvRecord {
  line: number;
  fields: string[];
  /** A quotation mark has no partner: the rest of the text is in this field. */
  open: boolean;
}

function* records(text: string, separator: string): Generator<CsvRecord> {
  const field = new RegExp(`[ ]*"((?:[^"]|"")*)("|$)|[^${separator}\\n]*`, 'y');
  let line = 1;
  let record: CsvRecord = { line, fields: [], open: false };
  for (let at = 0; at <= text.length; ) {
    field.lastIndex = at;
    const [whole, inside, end] = field.exec(text) ?? [''];
    at += whole.length;
    // What follows a closing quotation mark belongs to the field, as when somebody writes "a" b.
    const rest = inside === undefined ? '' : text.slice(at, endOf(text, at, separator));
    at += rest.length;
    record.fields.push(inside === undefined ? whole : inside.replaceAll('""', '"') + rest);
    if (end === '') record.open = true;
    line += whole.split('\n').length - 1;
    if (text[at] !== separator) {
      yield record;
      line += 1;
      record = { line, fields: [], open: false };
    }
    at += 1;
  }
}

function endOf(text: string, from: number, separator: string): number {
  let at = from;
  while (at < text.length && text[at] !== separator && text[at] !== '\n') at += 1;
  return at;
}
