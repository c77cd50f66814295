import { createDetail } from './device-detail';
import { type Listed, readListed } from './device-row';
import { createDeviceRow } from './device-rows';
import { element, searchField, selectField, setHidden, setText } from './elements';
import type { Panel } from './panel';
import { ask, numberOf, rowsOf } from './requests';
import { say, sayNumber } from './say';
import { createVirtualRows } from './virtual-rows';

const STATES = ['all', 'online', 'offline', 'alarm', 'unheard'] as const;
/** Rows that are asked for at least, and that are held. */
const FEWEST = 50;
const MOST_HELD = 1_000;

/** The devices of a project: a list to search in, and one of them more closely. */
export function createDevices(wake: () => void): Panel {
  const content = element('div', 'ezt-devices');
  let project = '';
  let search = '';
  let state = 'all';
  let total = 0;
  let version = 0;
  /** Of Node-RED's clock: when the last answer was made. */
  let now = 0;
  /** By place; those outside of what the last answer covered may be old. */
  const rows = new Map<number, Listed>();
  let covered = { offset: 0, limit: 0 };

  const count = element('div', 'ezt-count');
  count.setAttribute('role', 'status');
  const nothing = element('p', 'ezt-nothing');
  const detail = createDetail({ project: () => project, onClose: () => choose(-1) });
  const row = createDeviceRow({
    project: () => project,
    deviceAt: (index) => rows.get(index),
    now: () => now,
  });
  const list = createVirtualRows({
    label: say('sidebar.devices'),
    make: row.make,
    fill: row.fill,
    onScroll: () => !isCovered() && wake(),
    onChoose: choose,
    onKey: (event) => {
      const index = indexOf(detail.device);
      const place = list.rowAt(index);
      if (event.key === 'Escape' && detail.device !== '') choose(-1);
      else if (event.key === '+' && place) row.openMenu(place, index);
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
  });
  const tools = element('div', 'ezt-tools');
  tools.append(
    searchField(say('sidebar.searchDevices'), (text) => {
      search = text;
      anew();
    }),
    selectField(
      say('sidebar.showDevices'),
      STATES.map((each) => [each, say(`sidebar.show.${each}`)]),
      (chosen) => {
        state = chosen;
        anew();
      },
    ),
  );
  content.append(tools, count, nothing, list.content, detail.content);

  function anew() {
    list.scrollToTop();
    covered = { offset: 0, limit: 0 };
    wake();
  }

  function choose(index: number) {
    const device = rows.get(index)?.device ?? '';
    if (device === detail.device) return;
    detail.open(device);
    list.choose(index);
    wake();
  }

  const indexOf = (device: string): number =>
    device === '' ? -1 : ([...rows].find(([, listed]) => listed.device === device)?.[0] ?? -1);

  function isCovered(): boolean {
    const { offset, limit } = list.window();
    return offset >= covered.offset && offset + limit <= covered.offset + covered.limit;
  }

  function show(answer: Record<string, unknown>, asked: { offset: number; limit: number }) {
    const other = numberOf(answer.version) !== version;
    if (other) rows.clear();
    version = numberOf(answer.version);
    now = numberOf(answer.now);
    total = numberOf(answer.total);
    for (const listed of rowsOf(answer.devices)) rows.set(numberOf(listed.at), readListed(listed));
    covered = asked;
    for (const index of rows.keys()) {
      if (rows.size <= MOST_HELD) break;
      if (index < asked.offset || index >= asked.offset + asked.limit) rows.delete(index);
    }
    setText(count, say('sidebar.deviceCount', { count: sayNumber(total) }));
    setText(nothing, say(search === '' && state === 'all' ? 'sidebar.noDevices' : 'sidebar.noneFits'));
    setHidden(nothing, total > 0);
    list.setTotal(total);
    list.choose(indexOf(detail.device));
    detail.show(answer.open, now);
  }

  return {
    content,
    setProject(id) {
      if (id === project) return;
      project = id;
      rows.clear();
      version = 0;
      detail.open('');
      anew();
    },
    async ask() {
      const { offset, limit } = list.window();
      const asked = { offset, limit: Math.max(limit, FEWEST) };
      const query = {
        search,
        state: state === 'all' ? '' : state,
        ...asked,
        version,
        since: isCovered() ? now : 0,
        ...detail.question(),
      };
      const answer = await ask(`${encodeURIComponent(project)}/list`, query, (all) => all);
      // Something else is looked for meanwhile: that is asked next.
      if (query.search === search && query.state === (state === 'all' ? '' : state)) show(answer, asked);
    },
  };
}
