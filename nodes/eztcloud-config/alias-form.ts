import type { AliasRow } from '../../cloud/protocol/alias-table';
import type { EditedNode } from '../editor/red';
import { complete, learnedDevices } from '../editor/suggestions';
import { readCsv, writeCsv } from './alias-csv';
import { merge, type Remark, readText, remarks, rowsOf, tableOf } from './alias-rows';
import { createAliasTable, pastedText } from './alias-table';

type Node = EditedNode<{ aliases: unknown }>;

/** More rows are shown as text: each row of the table is three fields, and a browser takes its time for thousands. */
const MAX_ROWS = 300;
/** Remarks that are shown at once. */
const MAX_REMARKS = 5;

/** Characters. */
const LONG_PASTE = 5_000;

export interface AliasForm {
  /** The property as it stands in the form; empty if nothing was changed. */
  changes(): { aliases?: unknown };
}

/** The part of the project's form with the names and tags of devices: a table, or the same as text. */
export function prepareAliases(node: Node): AliasForm {
  const text = $('#ezt-aliases-text');
  const view = $('#ezt-aliases-view');
  const table = createAliasTable(node, {
    changed: check,
    pasted: (pasted) => show(merge(table.rows(), readCsv(pasted).rows)),
    suggest: (input) => {
      const learned = learnedDevices(node.id);
      complete(input, false, async () =>
        (await learned).map(({ device }) => ({ value: device, label: device })),
      );
    },
  });
  let asText = false;

  const written = (): string => String(text.val() ?? '');
  /** What stands in the form now, for comparison. */
  const state = (): string => (asText ? JSON.stringify(readText(written())) : JSON.stringify(table.rows()));

  function show(rows: readonly AliasRow[]) {
    setView(rows.length > MAX_ROWS);
    if (asText) text.val(writeCsv(rows));
    else table.show(rows);
    check();
  }

  function setView(toText: boolean) {
    asText = toText;
    table.element.toggle(!asText);
    $('#ezt-aliases-csv').toggle(asText);
    const label = node._(`eztcloud.aliases.${asText ? 'table' : 'text'}`);
    view.find('span').text(label);
  }

  function switchView() {
    const read = asText ? readText(written()) : { rows: table.rows() };
    if ('variable' in read) return;
    if (!asText) {
      setView(true);
      text.val(writeCsv(read.rows)).trigger('focus');
    } else if (read.rows.length <= MAX_ROWS) {
      setView(false);
      table.show(merge([], read.rows));
    }
    check();
  }

  function check() {
    const read = asText ? readText(written()) : { rows: table.rows(), unclosed: undefined };
    view.prop('disabled', 'variable' in read || (asText && read.rows.length > MAX_ROWS));
    if ('variable' in read) return tell(node, []);
    // In a text the later of two lines with the same username counts.
    const found = remarks(read.rows).filter(({ key }) => !asText || key !== 'deviceTwice');
    table.mark(asText ? [] : found, (remark) => sentence(node, remark));
    const lines = found.map((remark): Line => {
      const row = read.rows[remark.row];
      const line = row && 'line' in row ? Number(row.line) : remark.row + 1;
      return { line, text: sentence(node, remark), note: remark.note };
    });
    const { unclosed } = read;
    if (unclosed !== undefined) {
      lines.unshift({ line: unclosed, text: node._('eztcloud.invalid.quote'), note: false });
    }
    tell(node, lines);
    $('#ezt-aliases-count').text(read.rows.length === 0 ? '' : ` (${read.rows.length})`);
  }

  text.on('paste', (event) => {
    const area = text.get(0);
    const pasted = pastedText(event);
    // A browser takes seconds to insert thousands of lines as if they were typed.
    if (pasted.length < LONG_PASTE || !(area instanceof HTMLTextAreaElement)) return;
    event.preventDefault();
    area.setRangeText(pasted, area.selectionStart, area.selectionEnd, 'end');
    check();
  });
  view.on('click', switchView);
  text.on('input', check);
  const rows = rowsOf(node.aliases);
  if (rows) show(rows);
  else {
    setView(true);
    text.val(typeof node.aliases === 'string' ? node.aliases : JSON.stringify(node.aliases));
    check();
  }
  $('#ezt-aliases').prop('open', !rows || rows.length > 0);
  const before = state();
  const startedAsText = asText;

  return {
    changes() {
      if (asText === startedAsText && state() === before) return {};
      const read = asText ? readText(written()) : { rows: table.rows() };
      if ('variable' in read) return { aliases: read.variable };
      const aliases = tableOf(merge([], read.rows));
      const held = tableOf(rowsOf(node.aliases) ?? []);
      return JSON.stringify(aliases) === JSON.stringify(held) && typeof node.aliases !== 'string'
        ? {}
        : { aliases };
    },
  };
}

const sentence = (node: Node, { column, key, params }: Remark): string =>
  `${node._(`eztcloud.aliases.${column}`)}: ${node._(`eztcloud.invalid.${key}`, params)}`;

interface Line {
  line: number;
  text: string;
  note: boolean;
}

function tell(node: Node, lines: readonly Line[]): void {
  const shown = lines.slice(0, MAX_REMARKS).map(({ line, text, note }) =>
    $('<div>')
      .toggleClass('ezt-wrong', !note)
      .text(`${node._('eztcloud.aliases.line', { line })}: ${text}`),
  );
  if (lines.length > MAX_REMARKS) shown.push($('<div>').text(`… (${lines.length})`));
  $('#ezt-aliases-problems').empty().append(shown);
}
