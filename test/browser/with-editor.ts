import type { Flow } from 'node-red-node-test-helper';
import type { Browser } from 'playwright-core';
import type { Emulator, EmulatorOptions } from '../../emulator/emulator';
import { type Editor, type Language, openEditor, startBrowser } from '../support/browser';
import { environment, startFastEmulator } from '../support/emulator';
import { example } from '../support/examples';
import { type NodeRed, type NodeRedOptions, startNodeRed } from '../support/node-red';

/** The project of the examples, as config nodes. */
export const PROJECT = example('tour.json').nodes.filter(({ id }) => /^e27c10d/.test(id));

interface Started {
  emulator: Emulator;
  red: NodeRed;
  editor: Editor;
}
interface Stage {
  emulator?: EmulatorOptions;
  language?: Language;
  /** Further node packages: directories by name. */
  packages?: Readonly<Record<string, string>>;
  /** Which Node-RED; the one of this checkout by default. */
  nodeRed?(): Pick<NodeRedOptions, 'nodeRed' | 'node'>;
  /** Deployed before the browser comes. */
  nodes?: Flow;
  /** What is to happen between that and the browser. */
  prepare?(emulator: Emulator, red: NodeRed): Promise<void>;
}

/** The emulator, Node-RED and its editor in a browser, from before the tests of the suite until after them. */
export function withEditor(give: (started: Started) => void, stage: Stage = {}): void {
  let emulator: Emulator;
  let red: NodeRed;
  let browser: Browser;
  before(async () => {
    emulator = await startFastEmulator(stage.emulator);
    red = await startNodeRed({
      ...stage.nodeRed?.(),
      env: environment(emulator),
      packages: stage.packages ?? {},
    });
    if (stage.nodes) await red.deploy(stage.nodes);
    await stage.prepare?.(emulator, red);
    browser = await startBrowser();
    give({ emulator, red, editor: await openEditor(browser, red.url, stage.language) });
  });
  after(async () => {
    await browser?.close();
    await red?.stop();
    await emulator?.stop();
  });
}
