import { createConnections } from './connections';
import { createDevices } from './devices';
import { takeDrops } from './drag';
import { element, fillSelect, selectField, setHidden, setText } from './elements';
import { createMessages } from './messages';
import { createPoll } from './poll';
import { type ProjectRow, type Projects, readProjects, undeployed } from './project';
import { ask, NoAnswer, textOf } from './requests';
import { say } from './say';
import { createTabs } from './tabs';

const TAB = 'eztcloud';
const ACTION = 'eztcloud:show-eztcloud-tab';
/** Milliseconds after which the projects are asked for again while another view is shown. */
const PROJECTS_EVERY = 5_000;

let remove: (() => void) | undefined;

/** Adds the tab *EZtCloud* to the sidebar. */
export function addSidebar(): void {
  if (remove) return;
  const { content, close } = createSidebar();
  RED.sidebar.addTab({
    id: TAB,
    label: 'EZtCloud',
    name: 'EZtCloud',
    content,
    iconClass: 'fa fa-cloud',
    enableOnEdit: true,
    action: ACTION,
  });
  RED.actions.add(ACTION, () => RED.sidebar.show(TAB));
  const end = takeDrops();
  remove = () => {
    close();
    end();
    RED.actions.remove(ACTION);
    RED.sidebar.removeTab(TAB);
  };
}

/** The nodes are gone from the palette. */
export function removeSidebar(): void {
  remove?.();
  remove = undefined;
}

function createSidebar(): { content: HTMLElement; close(): void } {
  const content = element('div', 'ezt-sidebar');
  const isSeen = () => content.getClientRects().length > 0 && document.visibilityState === 'visible';
  const poll = createPoll({ ask: askAll, isSeen });
  const connections = createConnections();
  const panels = { devices: createDevices(poll.wake), messages: createMessages(poll.wake) };
  let projects: ProjectRow[] = [];
  let askedAt = Number.NEGATIVE_INFINITY;
  let project = '';

  const notice = element('div', 'ezt-notice');
  notice.setAttribute('role', 'status');
  setHidden(notice, true);
  const choice = selectField(say('sidebar.project'), [], (id) => {
    setProject(id);
    poll.wake();
  });
  choice.classList.add('ezt-project');
  const tabs = createTabs(
    'EZtCloud',
    [
      { id: 'connections', label: say('sidebar.connections'), content: connections.content },
      { id: 'devices', label: say('sidebar.devices'), content: panels.devices.content },
      { id: 'messages', label: say('sidebar.messages'), content: panels.messages.content },
    ],
    (id) => {
      showChoice(id);
      poll.wake();
    },
  );
  content.append(
    tabs.bar,
    notice,
    choice,
    connections.content,
    panels.devices.content,
    panels.messages.content,
  );
  tabs.show('connections');

  function showChoice(view: string) {
    setHidden(choice, view === 'connections' || projects.length < 2);
  }

  function setProject(id: string) {
    project = id;
    panels.devices.setProject(id);
    panels.messages.setProject(id);
  }

  /** One question after the other. */
  async function askAll() {
    try {
      const view = tabs.shown;
      const now = performance.now();
      if (view === 'connections' || now - askedAt > PROJECTS_EVERY) {
        showProjects(await ask('projects', {}, readProjects));
        askedAt = now;
      }
      if (project !== '' && (view === 'devices' || view === 'messages')) await panels[view].ask();
      setHidden(notice, true);
    } catch (error) {
      askedAt = Number.NEGATIVE_INFINITY; // a deploy may have changed them
      const failure = error instanceof NoAnswer ? error.failure : 'unreachable';
      setText(notice, say(`sidebar.failure.${failure}`));
      setHidden(notice, false);
      if (!(error instanceof NoAnswer)) console.error(error);
      throw error;
    }
  }

  function showProjects(answer: Projects) {
    projects = withEditors(answer.projects);
    connections.show({ now: answer.now, projects });
    const deployed = projects.filter(({ state }) => state !== 'undeployed');
    fillSelect(
      choice,
      deployed.map(({ id, name }) => [id, name]),
    );
    if (!deployed.some(({ id }) => id === project))
      setProject((deployed.find(({ state }) => state === 'connected') ?? deployed[0])?.id ?? '');
    choice.value = project;
    showChoice(tabs.shown);
  }

  const watch = new IntersectionObserver(([entry]) => entry?.isIntersecting && poll.wake());
  watch.observe(content);
  document.addEventListener('visibilitychange', poll.wake);
  return {
    content,
    close() {
      watch.disconnect();
      document.removeEventListener('visibilitychange', poll.wake);
      poll.stop();
    },
  };
}

/** With names of the editor where Node-RED has none, and with the projects that are only here. */
function withEditors(deployed: readonly ProjectRow[]): ProjectRow[] {
  const rows = new Map(deployed.map((row) => [row.id, row]));
  RED.nodes.eachConfig(({ id, type, name, endpoint }) => {
    if (type !== 'eztcloud-config') return true;
    const label = textOf(name) || textOf(endpoint) || id;
    const row = rows.get(id);
    rows.set(id, row ? { ...row, name: row.name || label } : undeployed(id, label));
    return true;
  });
  return [...rows.values()].map((row) => ({ ...row, name: row.name || row.id }));
}
