/** The part of the editor that only the tour uses. */
export interface TourEditor {
  _(key: string): string;
  nodes: {
    eachNode(look: (node: Dropped) => unknown): void;
    eachConfig(look: (node: { type: string }) => unknown): void;
    import(nodes: object[], options: { generateIds: true }): { nodes: Dropped[] };
    addLink(link: object): void;
    dirty(dirty?: boolean): boolean;
  };
  history: { push(event: object): void };
  view: { redraw(again: boolean): void };
  events: { on(name: string, listener: () => void): void; off(name: string, listener: () => void): void };
  sidebar: { show(name: string): void };
  palette?: unknown;
  settings: {
    theme(name: string): unknown;
    get(name: string, otherwise?: unknown): unknown;
    set(name: string, value: unknown): void;
  };
  user: { hasPermission(name: string): boolean };
  actions?: { add(name: string, run: () => void, options: { label: string }): void };
  tourGuide?: { run(path: string, done: () => void): void };
}

interface Dropped {
  id: string;
  type: string;
  x: number;
  y: number;
  z: string;
}

/** A step of Node-RED's tour guide. `this` is what all steps share. */
interface Step {
  title?: string;
  description: string;
  width?: number;
  element?: string | ((this: Shared) => JQuery);
  direction?: 'left' | 'right' | 'top' | 'bottom' | 'inset';
  /** Where the text goes while the pointer is at the element, and the shade with it. */
  fallback?: 'inset-bottom-right';
  interactive?: boolean;
  /** Without it there is a button to go on. */
  wait?: { type: 'nr-event'; event: string; filter?(this: Shared, event: Dropped): boolean };
  prepare?(this: Shared, done: () => void): void;
  complete?(this: Shared, done: () => void): void;
}
interface Shared {
  node?: Dropped;
}

/** Milliseconds between two looks at an element that may be sliding in, and how many of them. */
const LOOK = 100;
const LOOKS = 50;
const IN = '.red-ui-palette-node[data-palette-type="ezt-in"]';

const shown = (selector: string) => $(selector).filter(':visible').last();
/** The element, or the workspace if it is gone: Node-RED would fail. */
const place = (selector: string) => () => {
  const found = shown(selector);
  return found.length > 0 ? found : $('#red-ui-workspace');
};

/** Calls `done` when the element stands still in the window: dialogs slide in, and Node-RED measures only once. */
function whenStill(selector: string, done: () => void, before = Number.NaN, looks = LOOKS): void {
  setTimeout(() => {
    const box = shown(selector)[0]?.getBoundingClientRect();
    const left = box && box.right <= window.innerWidth ? box.left : Number.NaN;
    if (left === before || looks === 0) done();
    else whenStill(selector, done, left, looks - 1);
  }, LOOK);
}

/** Drag, project, test, deploy, see. */
export function firstFlowSteps(RED: TourEditor): Step[] {
  const text = (key: string) => RED._(`@eztcloud/node-red-eztcloud/eztcloud:eztcloud.tour.${key}`);
  const at = (element: string, key: string): Step => ({
    element: place(element),
    direction: 'bottom',
    fallback: 'inset-bottom-right',
    interactive: true,
    description: text(key),
    prepare: (done) => whenStill(element, done),
  });
  const until = (event: string): Pick<Step, 'wait'> => ({ wait: { type: 'nr-event', event } });
  return [
    { title: text('title'), width: 400, description: text('intro') },
    {
      ...at(IN, 'drag'),
      direction: 'right',
      prepare(done) {
        $(IN)[0]?.scrollIntoView({ block: 'center' });
        done();
      },
      wait: {
        type: 'nr-event',
        event: 'nodes:add',
        filter(node) {
          if (node.type === 'ezt-in') this.node = node;
          return node.type === 'ezt-in';
        },
      },
      complete(done) {
        $(IN).css('z-index', 'auto');
        // Not while Node-RED is adding the first one.
        setTimeout(() => {
          if (this.node) addDebug(RED, this.node);
          done();
        }, 0);
      },
    },
    {
      ...at('', 'open'),
      element() {
        return place(`[id="${this.node?.id}"] .red-ui-flow-node`)();
      },
      prepare: (done) => done(),
      ...until('editor:open'),
    },
    { ...at('#node-input-btn-cloud-add', 'project'), ...until('editor:change') },
    at('#ezt-emulator-use', 'values'),
    at('#ezt-test', 'test'),
    { ...at('#node-config-dialog-ok', 'add'), ...until('editor:change') },
    { ...at('#node-dialog-ok', 'done'), ...until('editor:close') },
    { ...at('#red-ui-header-button-deploy', 'deploy'), ...until('deploy') },
    {
      ...at('#red-ui-sidebar', 'see'),
      direction: 'left',
      prepare(done) {
        RED.sidebar.show('debug');
        done();
      },
    },
  ];
}

/** A debug node beside `node`, wired to it; one step of undo. */
function addDebug(RED: TourEditor, node: Dropped): void {
  const { x, y, z } = node;
  const debug = { type: 'debug', active: true, tosidebar: true, complete: 'payload', targetType: 'msg' };
  const added = RED.nodes.import([{ id: 'debug', ...debug, z, x: x + 240, y, wires: [] }], {
    generateIds: true,
  });
  const [target] = added.nodes;
  if (!target) return;
  const link = { source: node, sourcePort: 0, target };
  RED.nodes.addLink(link);
  RED.history.push({ t: 'add', nodes: [target.id], links: [link], dirty: RED.nodes.dirty() });
  RED.nodes.dirty(true);
  RED.view.redraw(true);
}
