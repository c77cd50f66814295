import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { atEnd } from './cleanup';
import { path } from './machine';

const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];
/** Node-RED's own: a debug message that comes before the flows are loaded. */
const CORE = /Uncaught error from RED\.comms\.subscribe|handleDebugMessage/;

/** ms: on a busy machine the editor alone has taken more than 15 s to load. */
const PATIENCE = 60_000;

export type Language = 'en-US' | 'zh-CN';

/** Node-RED's editor in a browser of its own context. */
export interface Editor {
  readonly page: Page;
  /** What the console shows as an error or a warning, and what is thrown and not caught. */
  readonly problems: readonly string[];
  /** Of all that it has asked for, except Node-RED's own catalogue of palettes. */
  readonly origins: ReadonlySet<string>;
  /** Evaluates an expression in the page; use it for what has no control. */
  ask<T>(expression: string): Promise<T>;
  /** Drags a node from the palette; resolves with its id. */
  drag(type: string, x: number, y: number): Promise<string>;
  /** Opens the form of a node, by a click and Enter; resolves with the open dialog. */
  open(id: string): Promise<Locator>;
  /** Presses Done, Add or Update of the topmost dialog and waits until it is gone. */
  done(): Promise<void>;
  /** Presses Deploy and waits until it is done. */
  deploy(): Promise<void>;
  /** The form that is on top, when it stands still. */
  topmost(): Promise<Locator>;
  /** For whoever develops a form: with `PICTURES=directory`, what the editor shows now, as `<name>.png` there. */
  picture(name: string): Promise<void>;
  close(): Promise<void>;
}

/** A real Chromium; close it in `after`. */
export async function startBrowser(): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: path('chromium'), args: ARGUMENTS });
  const forget = atEnd(() => void browser.close());
  browser.once('disconnected', forget);
  return browser;
}

/** The editor of the Node-RED at `url`, when our nodes stand in its palette. */
export async function openEditor(
  browser: Browser,
  url: string,
  language: Language = 'en-US',
  viewport = { width: 1400, height: 900 },
): Promise<Editor> {
  const context: BrowserContext = await browser.newContext({ viewport });
  context.setDefaultTimeout(PATIENCE);
  // The catalogue of the palette manager is the one thing that the editor fetches from elsewhere.
  await context.route(/^https:/, (route) => route.fulfill({ json: { modules: [] } }));
  const page = await context.newPage();
  const problems: string[] = [];
  const note = (problem: string) => {
    if (!CORE.test(problem)) problems.push(problem);
  };
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) note(message.text());
  });
  page.on('pageerror', (error) => note(String(error.stack)));
  const origins = new Set<string>();
  page.on('request', (request) => {
    const { origin } = new URL(request.url());
    if (origin !== 'https://catalogue.nodered.org') origins.add(origin);
  });
  await page.addInitScript(`localStorage.setItem('editor-language', '${language}')`);
  await page.goto(url);
  const palette = (type: string) => page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`);
  await palette('ezt-in').waitFor();
  await page.locator('#red-ui-loading-progress').waitFor({ state: 'hidden' });
  const ask = <T>(expression: string) => page.evaluate<T>(expression);
  const topmost = () => settled(page);

  return {
    page,
    problems,
    origins,
    ask,
    async drag(type, x, y) {
      const ids = () =>
        ask<string[]>(
          '(() => { const ids = []; RED.nodes.eachNode((n) => { ids.push(n.id); }); return ids; })()',
        );
      const before = await ids();
      await palette(type).scrollIntoViewIfNeeded();
      await palette(type).dragTo(page.locator('#red-ui-workspace-chart'), { targetPosition: { x, y } });
      const [id] = (await ids()).filter((each) => !before.includes(each));
      if (id === undefined) throw new Error(`${type} was not dropped`);
      return id;
    },
    async open(id) {
      // No double-click: on a busy machine more than the 650 ms that Node-RED allows pass between its two presses.
      await ask('RED.view.select({ nodes: [] })');
      await page.locator(`[id="${id}"] .red-ui-flow-node`).click();
      // The click may be the second within 650 ms: then it has opened the form.
      if (await ask<boolean>('RED.view.state() !== RED.state.EDITING')) await page.keyboard.press('Enter');
      await page.locator('#node-dialog-ok').waitFor();
      return topmost();
    },
    async done() {
      const trays = page.locator('.red-ui-tray');
      const count = await trays.count();
      const tray = await topmost();
      await tray.locator('#node-config-dialog-ok, #node-dialog-ok').click();
      await page.waitForFunction(`document.querySelectorAll('.red-ui-tray').length < ${count}`);
      if (count > 1) await topmost();
    },
    async deploy() {
      const button = page.locator('#red-ui-header-button-deploy');
      const answered = page.waitForResponse((response) => response.request().method() === 'POST');
      await Promise.all([answered, button.click()]);
      await button.and(page.locator('.disabled')).waitFor();
    },
    topmost,
    async picture(name) {
      const directory = process.env.PICTURES;
      if (directory) await page.screenshot({ path: join(directory, `${name}.png`) });
    },
    close: () => context.close(),
  };
}

/**
 * A tray is ready when it stands still and has had the focus. Node-RED slides it in, and meanwhile focuses its first
 * control: what a test types before that could end up there.
 */
async function settled(page: Page): Promise<Locator> {
  await page.waitForFunction(`(() => {
    const tray = $('.red-ui-tray').last();
    if (tray.has(document.activeElement).length > 0) tray.addClass('has-had-focus');
    return tray.hasClass('has-had-focus') && tray.css('right') === '0px';
  })()`);
  return page.locator('.red-ui-tray').last();
}
