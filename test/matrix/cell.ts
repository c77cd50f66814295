import type { Browser } from 'playwright-core';
import { EXPECTED, withChanges } from '../examples/expected';
import { openEditor } from '../support/browser';
import { type Comms, listen } from '../support/comms';
import { environment, startFastEmulator } from '../support/emulator';
import { type Example, example, examples, named, together } from '../support/examples';
import { type NodeRed, startNodeRed } from '../support/node-red';

export interface Cell {
  /** The directory of the node-red package, and the node that runs it. */
  nodeRed: string;
  node: string;
  /** What these must be: `4.1` and `22`. */
  lines: { nodeRed: string; node: string };
}

const TOUR = example('tour.json');

/**
 * The packed palette in an empty user directory of one Node-RED on one Node.js: the examples run, messages go both ways
 * over TLS, and the editor has our nodes and a clean console. Throws where one of these does not hold.
 */
export async function checkCell(tarball: string, cell: Cell, browser: Browser | undefined): Promise<void> {
  const emulator = await startFastEmulator();
  const red = await startNodeRed({ package: tarball, env: environment(emulator), ...cell }).catch(
    async (error) => {
      await emulator.stop();
      throw error;
    },
  );
  try {
    mustBe(cell.lines, red);
    await deployExamples(red);
    await red.deploy([...withChanges(TOUR, EXPECTED[TOUR.file]?.changes ?? {})]);
    const comms = await listen(red.url);
    await bothWays(red, comms).finally(() => comms.close());
    mustBeEmpty('the log', complaints(red));
    if (browser) await lookAt(browser, red);
  } finally {
    await red.stop();
    await emulator.stop();
  }
}

/** By Node-RED's own word: what was installed may be another version than its directory is named after. */
export function mustBe({ nodeRed, node }: Cell['lines'], { log }: Pick<NodeRed, 'log'>): void {
  for (const words of [`Node-RED version: v${nodeRed}.`, `Node.js  version: v${node}.`]) {
    if (!log.some((line) => line.includes(words))) {
      throw new Error(
        `It is not the one of this cell: Node-RED does not log "${words}"\n${log.slice(0, 10).join('\n')}`,
      );
    }
  }
}

/** All examples that need no other palette, as after importing one after the other. */
async function deployExamples(red: NodeRed): Promise<void> {
  const response = await red.request('/nodes', { headers: { accept: 'application/json' } });
  const sets = (await response.json()) as { module: string; types: string[]; err?: string }[];
  mustBeEmpty(
    'the palette',
    sets.filter(({ module, err }) => /eztcloud/.test(module) && err),
  );
  const types = new Set(['tab', 'group', ...sets.flatMap((set) => set.types)]);
  const usable = examples.filter(({ nodes }) => nodes.every(({ type }) => types.has(type)));
  if (usable.length < 5) throw new Error(`Only ${usable.length} examples find their nodes`);
  await red.deploy(together(...usable));
}

/** What the devices of the emulator send arrives, and each button of the tour does what it should. */
async function bothWays(red: NodeRed, comms: Comms): Promise<void> {
  const { shows = {}, buttons = {} } = EXPECTED[TOUR.file] ?? {};
  for (const [name, shown] of Object.entries(shows)) {
    await comms.next(named(TOUR, name).id, ({ msg }) => shown.test(msg), 0, 30_000);
  }
  for (const [name, expected] of Object.entries(buttons)) {
    const before = comms.messages.length;
    const button = named(TOUR, name);
    await red.inject(button.id);
    for (const { at, shows: shown } of expected) {
      const sink = at === undefined ? sinkOf(TOUR, button) : named(TOUR, at).id;
      await comms.next(sink, ({ msg }) => shown.test(msg), before, 30_000);
    }
  }
}

/** The debug node that is reached from `node` by wires. */
function sinkOf(flow: Example, node: Example['nodes'][number]): string {
  const next = flow.nodes.find(({ id }) => id === node.wires?.flat()[0]);
  if (!next) throw new Error(`${node.name} leads to no debug node`);
  return next.type === 'debug' ? next.id : sinkOf(flow, next);
}

async function lookAt(browser: Browser, red: NodeRed): Promise<void> {
  const editor = await openEditor(browser, red.url);
  try {
    for (const { id, type } of TOUR.nodes.filter((node) => /^ezt-/.test(node.type))) {
      await editor.open(id);
      await editor.page.locator('#node-dialog-cancel').click();
      await editor.page.locator('.red-ui-tray').waitFor({ state: 'detached' });
      mustBeEmpty(`the console after ${type}`, editor.problems);
    }
  } finally {
    await editor.close();
  }
}

/** Node.js 24 says so of Node-RED 4.0, which asks npm for its version through a shell; we start nothing so. */
const CORE = /DEP0190|node --trace-deprecation/;

/** What Node-RED says of us, and what it never says without a palette. */
const complaints = ({ log, userDir }: NodeRed): string[] =>
  log.filter(
    (line) =>
      /\[error\]|\[warn\].*ezt|deprecat|Warning:/i.test(line) && !CORE.test(line) && !line.includes(userDir),
  );

function mustBeEmpty(what: string, list: readonly unknown[]): void {
  if (list.length > 0) throw new Error(`${what}: ${JSON.stringify(list)}`);
}
