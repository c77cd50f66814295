import { CHANNELS } from '../../cloud/protocol/topics';
import { button, element, searchField, selectField, setHidden, setText } from './elements';
import { holds, type Message, readMessage } from './message';
import { messageItem } from './message-item';
import type { Panel } from './panel';
import { ask, numberOf, rowsOf } from './requests';
import { say, sayNumber } from './say';

/** Messages that one answer brings, and that are shown. */
const AT_A_TIME = 30;
const MOST = 200;

/** The last messages of a project, the newest on top. */
export function createMessages(wake: () => void): Panel {
  const content = element('div', 'ezt-messages');
  let project = '';
  let type = '';
  let device = '';
  let text = '';
  let since = 0;
  let passed = -1;
  let paused = false;
  /** Grows with everything that makes another list. */
  let life = 0;
  /** Newest first. */
  let shown: { message: Message; item: HTMLElement }[] = [];

  const list = element('ul', 'ezt-message-list');
  list.setAttribute('aria-label', say('sidebar.messages'));
  list.tabIndex = 0;
  const note = element('div', 'ezt-count');
  note.setAttribute('role', 'status');
  const nothing = element('p', 'ezt-nothing');
  const pause = button('fa-pause', say('sidebar.pause'), () => setPaused(!paused), true);
  pause.setAttribute('aria-pressed', 'false');
  const clear = button('fa-trash-o', say('sidebar.clear'), empty, true);
  const tools = element('div', 'ezt-tools');
  const more = element('div', 'ezt-tools');
  tools.append(
    searchField(say('sidebar.filterText'), (wanted) => {
      text = wanted.toLowerCase();
      for (const { message, item } of shown) setHidden(item, !holds(message, text));
      tell();
    }),
    pause,
    clear,
  );
  more.append(
    selectField(
      say('sidebar.filterType'),
      [['', say('sidebar.allTypes')], ...CHANNELS.map((each) => [each, say(`type.${each}`)] as const)],
      (chosen) => {
        type = chosen;
        anew();
      },
    ),
    searchField(say('sidebar.filterDevice'), (wanted) => {
      device = wanted;
      anew();
    }),
  );
  content.append(tools, more, note, nothing, list);

  function empty() {
    shown = [];
    list.replaceChildren();
    tell();
  }

  /** Other messages are wanted: what is known of them comes again. */
  function anew() {
    life += 1;
    since = 0;
    passed = -1;
    empty();
    wake();
  }

  function setPaused(now: boolean) {
    paused = now;
    pause.setAttribute('aria-pressed', String(paused));
    pause.title = say(paused ? 'sidebar.resume' : 'sidebar.pause');
    pause.setAttribute('aria-label', pause.title);
    pause.firstElementChild?.setAttribute('class', `fa ${paused ? 'fa-play' : 'fa-pause'}`);
    tell();
    if (!paused) wake();
  }

  /** What stands above the list, or in its place. */
  function tell(unseen = 0) {
    const seen = shown.some(({ item }) => !item.hidden);
    const filtered = type !== '' || device !== '' || text !== '';
    setHidden(nothing, seen);
    setText(nothing, say(filtered ? 'sidebar.noMessageFits' : 'sidebar.noMessages'));
    setHidden(list, !seen);
    const sample = unseen > 0 ? say('sidebar.sample', { count: sayNumber(unseen) }) : '';
    setText(note, paused ? say('sidebar.paused') : sample);
    setHidden(note, note.textContent === '');
  }

  function show(answer: Record<string, unknown>) {
    const fresh = rowsOf(answer.messages)
      .map(readMessage)
      .reverse()
      .map((message) => ({ message, item: messageItem(message) }));
    for (const { message, item } of fresh) item.hidden = !holds(message, text);
    list.prepend(...fresh.map(({ item }) => item));
    shown = [...fresh, ...shown];
    for (const { item } of shown.splice(MOST)) item.remove();
    since = numberOf(answer.last);
    const before = passed;
    passed = numberOf(answer.passed);
    tell(before >= 0 && passed > before ? passed - before : 0);
  }

  return {
    content,
    setProject(id) {
      if (id === project) return;
      project = id;
      anew();
    },
    async ask() {
      if (paused) return;
      const asked = life;
      const query = { since, type, device, limit: AT_A_TIME };
      const answer = await ask(`${encodeURIComponent(project)}/recent`, query, (all) => all);
      if (asked === life && !paused) show(answer);
    },
  };
}
