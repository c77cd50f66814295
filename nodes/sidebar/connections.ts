import { factIn } from '../../cloud/protocol/fact';
import { inLanguage } from '../../cloud/protocol/phrases';
import { button, copy, element, setHidden, setText } from './elements';
import { type Filters, type ProjectRow, type Projects, reportOf, withoutKey } from './project';
import { say, sayDuration, sayNumber, sayOr, sayTime } from './say';

/** The counters that are shown, in this order. */
const COUNTERS = ['received', 'delivered', 'acknowledged', 'malformed', 'unmatchedReplies'] as const;
const PENDING = ['queued', 'commands', 'held'] as const;

/** The connection of each project, one below the other. */
export interface ConnectionsPanel {
  readonly content: HTMLElement;
  show(projects: Projects): void;
}

export function createConnections(): ConnectionsPanel {
  const content = element('div', 'ezt-connections');
  const none = element('p', 'ezt-nothing', say('sidebar.noProjects'));
  content.append(none);
  const cards = new Map<string, Card>();
  return {
    content,
    show({ now, projects }) {
      setHidden(none, projects.length > 0);
      const gone = new Set(cards.keys());
      for (const project of projects) {
        gone.delete(project.id);
        let card = cards.get(project.id);
        if (!card) {
          card = createCard();
          cards.set(project.id, card);
          content.append(card.content);
        }
        card.show(project, now);
      }
      for (const id of gone) {
        cards.get(id)?.content.remove();
        cards.delete(id);
      }
    },
  };
}

interface Card {
  content: HTMLElement;
  show(project: ProjectRow, now: number): void;
}

/** What is shown is changed in place: what is open stays open, and focus where it is. */
function createCard(): Card {
  const content = element('section', 'ezt-card');
  const dot = element('span', 'ezt-dot');
  const name = element('h3');
  const state = element('div', 'ezt-card-state');
  const why = element('div', 'ezt-card-why');
  const where = element('div', 'ezt-card-where');
  const counts = element('dl', 'ezt-counts');
  const filters = element('details');
  const summary = element('summary');
  const list = element('ul', 'ezt-filters');
  filters.append(summary, list);
  let shown: { project: ProjectRow; now: number } | undefined;
  let before: { received: number; now: number } | undefined;
  const report = button('fa-clipboard', say('sidebar.copyReport'), () => {
    if (shown) copy(reportOf(shown.project, shown.now, versions()), report);
  });
  dot.setAttribute('aria-hidden', 'true');
  const head = element('div', 'ezt-card-head');
  head.append(dot, name);
  const foot = element('div', 'ezt-card-foot');
  foot.append(filters, report);
  content.append(head, state, why, where, counts, foot);

  return {
    content,
    show(project, now) {
      shown = { project, now };
      content.dataset.project = project.id;
      content.dataset.state = project.state;
      content.setAttribute('aria-label', project.name);
      setText(name, project.name);
      setText(state, stateText(project, now));
      if (project.since !== null) state.title = sayTime(project.since);
      const reason = reasonText(project);
      setText(why, reason);
      setHidden(why, reason === '');
      setText(where, whereText(project));
      const works = Object.keys(project.counters).length > 0;
      setHidden(counts, !works);
      setHidden(foot, !works && project.detail === '');
      if (works) showCounts(counts, project, rateOf(project, now));
      showFilters(summary, list, project);
      setHidden(filters, project.filters.count + project.refused.count === 0);
    },
  };

  /** Messages per second since the last answer. */
  function rateOf({ counters }: ProjectRow, now: number): number {
    const received = counters.received ?? 0;
    const last = before;
    before = { received, now };
    if (!last || received < last.received || now <= last.now) return 0;
    return ((received - last.received) * 1000) / (now - last.now);
  }
}

const versions = (): Record<string, string> => ({ 'Node-RED': RED.settings.version ?? '' });

/** How it stands, since when, and what comes next. */
function stateText({ state, since, until, attempt }: ProjectRow, now: number): string {
  const parts = [say(`sidebar.state.${state}`)];
  if (since !== null)
    parts.push(
      say(state === 'connected' ? 'sidebar.since' : 'sidebar.notSince', { time: sayDuration(now - since) }),
    );
  if (until !== null) parts.push(say('sidebar.nextTry', { time: sayDuration(until - now) }));
  else if (state === 'connecting' && attempt > 1) parts.push(say('sidebar.attempt', { count: attempt }));
  return parts.join(' · ');
}

function whereText({ endpoint, proxy, protocol }: ProjectRow): string {
  const via = proxy === '' ? '' : say('sidebar.via', { proxy });
  return [endpoint, via, protocol && `MQTT ${protocol}`].filter((part) => part !== '').join(' · ');
}

/** In a few words of the catalogue, and what to do about it. */
function reasonText({ state, reason, params, detail }: ProjectRow): string {
  if (reason === '') return detail;
  const short = sayOr(`reason.${reason}`, reason);
  const more =
    state === 'problem'
      ? sayOr(`error.${reason}`, detail, inSidebar(params))
      : [factIn(detail) ?? '', sayOr(`test.next.${reason}`, '')].filter((text) => text !== '').join(' · ');
  return [short, more].filter((text) => text !== '').join(' · ');
}

const inSidebar = (params: ProjectRow['params']): ProjectRow['params'] =>
  inLanguage(params, (key, values) => sayOr(`phrase.${key}`, '', values) || undefined);

function showCounts(counts: HTMLElement, project: ProjectRow, rate: number): void {
  const rows: [name: string, text: string][] = [
    ['devices', sayNumber(project.devices)],
    ...COUNTERS.map((name): [string, string] => [name, sayNumber(project.counters[name] ?? 0)]),
    ...PENDING.map((name): [string, string] => [name, sayNumber(project[name])]),
  ];
  const shown = rows.filter(([name, text]) => text !== '0' || ALWAYS.has(name));
  const known = new Map(
    [...counts.children].map((row) => [(row as HTMLElement).dataset.count ?? '', row as HTMLElement]),
  );
  for (const [name, text] of shown) {
    const row = known.get(name) ?? countRow(name);
    known.delete(name);
    const value = row.lastElementChild;
    const perSecond =
      name === 'received' && rate > 0 ? ` (${say('sidebar.perSecond', { rate: rateText(rate) })})` : '';
    if (value) setText(value, text + perSecond);
    if (!row.parentElement) counts.append(row);
  }
  for (const row of known.values()) row.remove();
}

const ALWAYS: ReadonlySet<string> = new Set(['devices', 'received', 'acknowledged']);

const rateText = (rate: number): string =>
  sayNumber(rate < 10 ? Math.round(rate * 10) / 10 : Math.round(rate));

function countRow(name: string): HTMLElement {
  const row = element('div');
  row.dataset.count = name;
  row.append(element('dt', '', say(`sidebar.count.${name}`)), element('dd'));
  return row;
}

function showFilters(summary: HTMLElement, list: HTMLElement, { filters, refused }: ProjectRow): void {
  const parts = [say('sidebar.filters', { count: sayNumber(filters.count) })];
  if (refused.count > 0) parts.push(say('sidebar.refused', { count: sayNumber(refused.count) }));
  setText(summary, parts.join(', '));
  const lines = [
    ...filterLines(filters, (qos) => `QoS ${qos}`),
    ...filterLines(refused, (code) => say('sidebar.refusedWith', { code })),
  ];
  if (lines.join('\n') === [...list.children].map((line) => line.textContent).join('\n')) return;
  list.replaceChildren(...lines.map((line) => element('li', '', line)));
}

function filterLines({ count, first }: Filters, says: (value: string) => string): string[] {
  const lines = first.map(([filter, value]) => `${withoutKey(filter)} · ${says(value)}`);
  return count > first.length
    ? [...lines, say('sidebar.more', { count: sayNumber(count - first.length) })]
    : lines;
}
