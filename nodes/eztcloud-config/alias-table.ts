import type { AliasRow } from '../../cloud/protocol/alias-table';
import type { EditedNode } from '../editor/red';
import { rowOf } from './alias-csv';
import type { Remark } from './alias-rows';

const COLUMNS = ['device', 'name', 'tags'] as const;

/** The inputs of one row. */
interface Row {
  row?: AliasRow;
  inputs?: JQuery[];
}

interface Events {
  changed(): void;
  /** Several lines, or several cells, were pasted. */
  pasted(text: string): void;
  /** Gives a field suggestions of usernames. */
  suggest(input: JQuery): void;
}

/** The table: Node-RED's editable list, with a row of three fields for each device. */
export interface AliasTable {
  readonly element: JQuery;
  show(rows: readonly AliasRow[]): void;
  rows(): AliasRow[];
  /** Marks the fields that `found` is about. */
  mark(found: readonly Remark[], sentence: (remark: Remark) => string): void;
}

export function createAliasTable(node: EditedNode<object>, events: Events): AliasTable {
  const list = $('#ezt-aliases-list');
  const label = (column: string) => node._(`eztcloud.aliases.${column}`);
  let filling = false;

  function addRow(container: JQuery, index: number, item: Row) {
    const { device, name, tags } = item.row ?? { device: '', name: '', tags: [] };
    const values = [device, name, tags.join(', ')];
    item.inputs = COLUMNS.map((column, i) =>
      $('<input type="text">')
        .attr({ 'aria-label': label(column), 'data-column': column, autocomplete: 'off' })
        .val(values[i] ?? ''),
    );
    container.addClass('ezt-alias').append(item.inputs);
    container
      .closest('li')
      .find('.red-ui-editableList-item-remove')
      .attr({
        'aria-label': node._('eztcloud.aliases.remove'),
        role: 'button',
      });
    if (filling) return;
    item.inputs[0]?.trigger('focus');
    if (index >= 0) events.changed();
  }

  list.css({ 'min-height': '60px' }).editableList<Row>({
    header: $('<div class="ezt-alias">').append(COLUMNS.map(sortButton)),
    addButton: node._('eztcloud.aliases.add'),
    removable: true,
    height: 'auto',
    scrollOnAdd: true,
    addItem: addRow,
    removeItem: () => events.changed(),
  });
  const element = list.closest('.red-ui-editableList').addClass('ezt-alias-table');
  element.on('input change', 'input', events.changed);
  // Only where somebody types: a widget for each field would make a long table slow.
  element.on('focusin', 'input[data-column="device"]', ({ target }) => {
    const input = $(target as HTMLElement);
    if (!input.hasClass('red-ui-autoComplete')) events.suggest(input);
  });
  element.on('paste', 'input', (event) => {
    const pasted = pastedText(event);
    if (!/[\r\n\t]/.test(pasted.trim())) return;
    event.preventDefault();
    events.pasted(pasted);
  });

  function sortButton(column: (typeof COLUMNS)[number]) {
    const by = (row: AliasRow): string => (column === 'tags' ? row.tags.join() : row[column]);
    const collator = new Intl.Collator(undefined, { numeric: true });
    return $('<button type="button" class="ezt-sort">')
      .append($('<span>').text(label(column)), ' ', $('<i class="fa fa-sort" aria-hidden="true">'))
      .attr('title', node._('eztcloud.aliases.sort'))
      .on('click', () => {
        show(rows().sort((a, b) => collator.compare(by(a), by(b))));
        events.changed();
      });
  }

  const items = (): Row[] =>
    list
      .editableList('items')
      .toArray()
      .map((item: HTMLElement) => $(item).data('data') as Row);

  function rows(): AliasRow[] {
    return items().map(({ inputs = [] }) => {
      const [device = '', name = '', tags = ''] = inputs.map((input) => String(input.val() ?? ''));
      return rowOf(device, name, tags);
    });
  }

  function show(all: readonly AliasRow[]) {
    filling = true;
    list.editableList('empty');
    list.editableList(
      'addItems',
      all.map((row) => ({ row })),
    );
    filling = false;
  }

  return {
    element,
    show,
    rows,
    mark(found, sentence) {
      const byRow = new Map(found.map((remark) => [remark.row, remark]));
      items().forEach(({ inputs = [] }, index) => {
        const remark = byRow.get(index);
        COLUMNS.forEach((column, i) => {
          const here = remark?.column === column ? remark : undefined;
          const wrong = here !== undefined && !here.note;
          inputs[i]
            ?.toggleClass('input-error', wrong)
            .attr('aria-invalid', String(wrong))
            .attr('title', here ? sentence(here) : '');
        });
      });
    },
  };
}

/** The text that an event `paste` brings. */
export function pastedText({ originalEvent }: JQuery.TriggeredEvent): string {
  return originalEvent instanceof ClipboardEvent ? (originalEvent.clipboardData?.getData('text') ?? '') : '';
}
