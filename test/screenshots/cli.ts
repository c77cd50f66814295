import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import { nodeOf } from '../matrix/parts';
import { type Language, openEditor, startBrowser } from '../support/browser';
import { runCommand } from '../support/command';
import { environment, startFastEmulator } from '../support/emulator';
import { path } from '../support/machine';
import { type NodeRed, startNodeRed } from '../support/node-red';
import { smaller } from './png';
import { flows, SUBJECTS } from './subjects';

type Theme = 'light' | 'dark';
const LANGUAGES: readonly Language[] = ['en-US', 'zh-CN'];
/** Node-RED 4 has no dark theme of its own. */
const LOOKS: readonly [version: '4' | '5', theme: Theme][] = [
  ['4', 'light'],
  ['5', 'light'],
  ['5', 'dark'],
];
/** As *Dark* in the settings of Node-RED 5. */
const DARK = "document.documentElement.classList.add('nr-theme-dark')";
/** Which of them the documents show. */
const SHOWN: Readonly<Record<string, string>> = {
  tour: '4-light',
  project: '4-light',
  in: '5-light',
  command: '5-dark',
  sidebar: '4-light',
  aliases: '5-dark',
};
const SIZE = { width: 1400, height: 960 };
const PICTURES = resolve('docs/pictures');
const NODE_22 = nodeOf('22');

/**
 * `npm run screenshots -- [--all directory]`: makes the pictures of README and documents anew, from the emulator, Node-RED and
 * Chromium. `--all`: there, each in all versions, themes and languages, to be looked at.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { all: { type: 'string' } } });
  const all = values.all === undefined ? undefined : resolve(values.all);
  rmSync(PICTURES, { recursive: true, force: true });
  for (const directory of [PICTURES, all]) if (directory) mkdirSync(directory, { recursive: true });

  const emulator = await startFastEmulator({ interval: 2000 });
  const browser = await startBrowser();
  for (const version of ['4', '5'] as const) {
    const five = { nodeRed: path('node-red-5'), ...(existsSync(NODE_22) && { node: NODE_22 }) };
    for (const language of LANGUAGES) {
      // Statuses are in the language of the runtime.
      const settings = { lang: language };
      const red = await startNodeRed({ ...(version === '5' && five), settings, env: environment(emulator) });
      await red.deploy(flows(language));
      for (const [of, theme] of LOOKS) if (of === version) await take(browser, red, version, language, theme);
      await red.stop();
    }
  }
  await browser.close();
  await emulator.stop();

  async function take(browser: Browser, red: NodeRed, version: string, language: Language, theme: Theme) {
    const look = `${version}-${theme}`;
    const wanted = SUBJECTS.filter(({ name }) => all || SHOWN[name] === look);
    if (wanted.length === 0) return;
    const editor = await openEditor(browser, red.url, language, SIZE);
    if (theme === 'dark') await editor.ask(DARK);
    for (const { name, show } of wanted) {
      await show(editor, async () => {
        await editor.page.mouse.move(1, 1);
        const png = smaller(await editor.page.screenshot({ animations: 'disabled', caret: 'hide' }));
        if (all) writeFileSync(join(all, `${name}-${look}-${language}.png`), png);
        if (SHOWN[name] === look) writeFileSync(join(PICTURES, `${name}.${language}.png`), png);
        console.log(`${name}, ${look}, ${language}: ${Math.ceil(png.length / 1000)} kB`);
      });
    }
    for (const problem of editor.problems) console.error(`${look}, ${language}: ${problem}`);
    await editor.close();
  }
}

runCommand(main);
