import { isRecord } from '../editor/records';
import { type Listed, readListed, stateOf } from './device-row';
import { readyName } from './device-rows';
import { makeDraggable } from './drag';
import { button, copy, element, setHidden, setText } from './elements';
import { placeNode, READY_TYPES } from './place-node';
import { numberOf, rowsOf, textOf, textsOf, timeOf } from './requests';
import { say, sayDuration, sayNumber, sayTime } from './say';
import { lineOf } from './shown-value';

/** Characters of a value that are put into the page, and names of a kind that are listed. */
const LONG = 300;
const MOST_NAMES = 50;

interface Attribute {
  at: number;
  /** On one line; `cut`: only the beginning is known; `gone`: too large to be held. */
  line: string;
  cut: boolean;
  gone: boolean;
}

/** One device more closely: its last values, and what can be made of it. */
export interface Detail {
  readonly content: HTMLElement;
  /** The username of the device that is open; empty: none. */
  readonly device: string;
  open(device: string): void;
  /** What is asked of it. */
  question(): { open: string; openSince: number };
  /** `answer`: of `GET …/list`, the part `open`. */
  show(answer: unknown, now: number): void;
}

export function createDetail({ project, onClose }: { project(): string; onClose(): void }): Detail {
  let device = '';
  let since = 0;
  const attributes = new Map<string, Attribute>();
  const content = element('section', 'ezt-detail');
  content.setAttribute('aria-label', say('sidebar.device'));
  content.hidden = true;
  const title = element('h3');
  const username = valueButton();
  const close = button('fa-times', say('sidebar.close'), onClose, true);
  const head = element('div', 'ezt-detail-head');
  head.append(title, close);
  const state = element('div', 'ezt-detail-state');
  const ready = element('div', 'ezt-ready');
  for (const type of READY_TYPES) {
    const make = button(
      'fa-plus',
      readyName(type),
      () => void placeNode({ type, project: project(), device }),
    );
    make.title = say('sidebar.addHint');
    makeDraggable(make, () => ({ type, project: project(), device }));
    ready.append(make);
  }
  const table = element('table', 'ezt-values');
  table.setAttribute('aria-label', say('sidebar.values'));
  const body = element('tbody');
  table.append(body);
  const none = element('p', 'ezt-nothing', say('sidebar.noValues'));
  const names = element('dl', 'ezt-names');
  const wrap = element('div', 'ezt-detail-body');
  wrap.tabIndex = 0;
  wrap.setAttribute('role', 'group');
  wrap.setAttribute('aria-label', say('sidebar.values'));
  wrap.append(none, table, names);
  content.append(head, username, state, ready, wrap);

  function take(answer: Record<string, unknown>) {
    if (numberOf(answer.count) < attributes.size) attributes.clear(); // Node-RED has been started anew
    for (const row of rowsOf(answer.attributes)) {
      const line = 'value' in row ? lineOf(row.value) : textOf(row.text);
      attributes.set(textOf(row.name), {
        at: timeOf(row.at) ?? 0,
        line,
        cut: 'text' in row,
        gone: !('value' in row) && !('text' in row),
      });
    }
  }

  function drawValues(now: number, count: number) {
    setHidden(none, attributes.size > 0);
    setHidden(table, attributes.size === 0);
    const lines = [...attributes];
    while (body.rows.length > lines.length) body.deleteRow(-1);
    for (const [i, [name, attribute]] of lines.entries()) {
      const row = body.rows[i] ?? body.appendChild(valueRow());
      const [key, value, age] = row.cells;
      const made = value?.firstElementChild;
      if (!key || !age || !(made instanceof HTMLElement)) continue;
      setText(key, name);
      key.title = name;
      setValue(made, attribute);
      setText(age, sayDuration(now - attribute.at));
      age.title = sayTime(attribute.at);
    }
    const more = count - attributes.size;
    table.caption?.remove();
    if (more > 0) table.createCaption().textContent = say('sidebar.more', { count: sayNumber(more) });
  }

  return {
    content,
    get device() {
      return device;
    },
    open(other) {
      device = other;
      since = 0;
      attributes.clear();
      body.replaceChildren();
      names.replaceChildren();
      setHidden(content, device === '');
      if (device !== '') content.scrollIntoView({ block: 'nearest' }); // a low sidebar has no place for list and device
      setText(title, device);
      setValue(username, { line: device, cut: false, gone: false });
      setHidden(username, true); // until there is an alias, the title says it
      setHidden(none, true); // until the answer says so
      setText(state, '');
    },
    question: () => ({ open: device, openSince: since }),
    show(answer, now) {
      if (!isRecord(answer) || textOf(answer.device) !== device) return;
      const listed = readListed(answer);
      take(answer);
      since = attributes.size === 0 ? 0 : now;
      setText(title, listed.name || listed.device);
      setHidden(username, listed.name === '');
      setText(state, stateText(listed, answer, now));
      drawValues(now, numberOf(answer.count));
      drawNames(names, answer);
    },
  };
}

/** Online or not and since when, alarm, last heard, tags. */
function stateText(listed: Listed, answer: Record<string, unknown>, now: number): string {
  const since = (time: number | null) =>
    time === null ? '' : ` (${say('sidebar.since', { time: sayDuration(now - time) })})`;
  const state = stateOf(listed);
  const parts = [
    say(`sidebar.deviceState.${state}`) + (listed.online === null ? '' : since(timeOf(answer.onlineAt))),
  ];
  if (listed.alarm === true) parts.push(say('sidebar.inAlarm') + since(timeOf(answer.alarmAt)));
  if (listed.lastSeen !== null)
    parts.push(say('sidebar.heard', { time: sayDuration(now - listed.lastSeen) }));
  return [...parts, ...textsOf(answer.tags).map((tag) => `#${tag}`)].join(' · ');
}

function valueRow(): HTMLTableRowElement {
  const row = element('tr');
  const key = element('th');
  key.scope = 'row';
  const value = element('td');
  value.append(valueButton());
  row.append(key, value, element('td', 'ezt-age'));
  return row;
}

/** A value that a click copies. */
function valueButton(): HTMLButtonElement {
  const made = element('button', 'ezt-value');
  made.type = 'button';
  made.addEventListener('click', () => copy(made.dataset.value ?? '', made));
  return made;
}

function setValue(made: HTMLElement, { line, cut, gone }: Omit<Attribute, 'at'>): void {
  const text = gone ? say('sidebar.tooLarge') : line === '' ? '""' : line.slice(0, LONG);
  setText(made, cut || line.length > LONG ? `${text}…` : text);
  if (made.dataset.value !== line) made.dataset.value = line;
  made.title = say(cut ? 'sidebar.copyBeginning' : 'sidebar.copyValue');
}

/** Streams, events and commands, each of which a click copies. */
function drawNames(list: HTMLElement, answer: Record<string, unknown>): void {
  const kinds = (['streams', 'events', 'commands'] as const)
    .map((kind) => [kind, textsOf(answer[kind]).slice(0, MOST_NAMES)] as const)
    .filter(([, all]) => all.length > 0);
  const now = JSON.stringify(kinds);
  if (list.dataset.names === now && list.childElementCount > 0) return;
  list.dataset.names = now;
  list.replaceChildren(
    ...kinds.map(([kind, all]) => {
      const row = element('div');
      const values = element('dd');
      for (const name of all) {
        const made = valueButton();
        setValue(made, { line: name, cut: false, gone: false });
        values.append(made, ' ');
      }
      row.append(element('dt', '', say(`sidebar.${kind}`)), values);
      return row;
    }),
  );
}
