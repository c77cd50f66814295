import type { Browser } from 'playwright-core';
import should from 'should';
import { type Editor, openEditor, startBrowser } from '../support/browser';
import { until } from '../support/events';
import { needs } from '../support/machine';
import { type NodeRed, startNodeRed } from '../support/node-red';

describe('the first flow, guided, in a browser', function () {
  needs(this, 'chromium');
  this.timeout(120_000);
  let red: NodeRed;
  let browser: Browser;
  let editor: Editor;
  before(async () => {
    red = await startNodeRed({ settings: { editorTheme: { tours: true } } });
    browser = await startBrowser();
    editor = await openEditor(browser, red.url);
  });
  after(async () => {
    await editor?.close();
    await browser?.close();
    await red?.stop();
  });

  const guide = () => editor.page.locator('.red-ui-tourGuide-popover');
  const says = (text: RegExp) => guide().filter({ hasText: text }).waitFor();
  const next = () => guide().locator('.red-ui-tourGuide-toolbar button').click();
  /** Where the pointer is, the shade goes away; then `act` can reach what is below. */
  async function reach(selector: string): Promise<{ x: number; y: number }> {
    const { page } = editor;
    await page.mouse.move(5, 5);
    const box = await page.locator(selector).last().boundingBox();
    const spot = { x: (box?.x ?? 0) + (box?.width ?? 0) / 2, y: (box?.y ?? 0) + (box?.height ?? 0) / 2 };
    await page.mouse.move(spot.x, spot.y, { steps: 50 });
    await page.locator('.red-ui-tourGuide-shade').waitFor({ state: 'hidden' });
    return spot;
  }
  const click = async (selector: string) => {
    const { x, y } = await reach(selector);
    await editor.page.mouse.click(x, y);
  };
  const nodes = () =>
    editor.ask<string[]>(
      '(() => { const types = []; RED.nodes.eachNode((n) => { types.push(n.type); }); return types; })()',
    );
  /** The node that was dragged last, double-clicked. */
  async function openNode(): Promise<void> {
    const id = await editor.ask<string>(
      "(() => { let id; RED.nodes.eachNode((n) => { if (n.type === 'ezt-in') id = n.id; }); return id; })()",
    );
    const { x, y } = await reach(`[id="${id}"] .red-ui-flow-node`);
    await editor.page.mouse.dblclick(x, y);
  }
  const seen = () => editor.ask<boolean>("!!RED.settings.get('editor.tours.eztcloud')");

  it("lets Node-RED's own tour go first, and starts by itself after it", async () => {
    await guide().filter({ hasText: 'Node-RED 4' }).waitFor();
    (await seen()).should.be.false();
    await guide().locator('button').first().click();
    await says(/Your first EZtCloud flow/);
    await editor.picture('first-flow');
    await until(seen, 5000, 'it to be remembered');
  });

  it('goes on when the node is dragged, with a debug node beside it', async () => {
    await next();
    await says(/Drag the node/);
    const { x, y } = await reach('.red-ui-palette-node[data-palette-type="ezt-in"]');
    await editor.page.mouse.move(x, y);
    await editor.page.mouse.down();
    await editor.page.mouse.move(x + 200, y - 100, { steps: 5 });
    await editor.page.mouse.move(500, 300, { steps: 5 });
    await editor.page.mouse.up();
    await says(/Double-click/);
    should(await nodes()).deepEqual(['ezt-in', 'debug']);
    should(await editor.ask('RED.nodes.filterLinks({}).length')).equal(1);
  });

  it('leads through node, project, emulator and test', async () => {
    await openNode();
    await says(/Add a project/);
    await click('#node-input-btn-cloud-add');
    await says(/try everything without an account/);
    await editor.picture('first-flow-values');
    await click('#ezt-emulator-use');
    await until(
      async () => /^mqtts:/.test(await editor.page.locator('#node-config-input-endpoint').inputValue()),
      20_000,
      'the emulator',
    );
    await next();
    await says(/step by step/);
    await click('#ezt-test');
    await editor.page.locator('.ezt-test-ok').first().waitFor();
    await next();
    await says(/Add the project/);
    await click('#node-config-dialog-ok');
    await says(/Press Done/);
    await click('#node-dialog-ok');
  });

  it('ends with messages in the sidebar', async () => {
    await says(/only now/);
    await click('#red-ui-header-button-deploy');
    await says(/as they come/);
    await editor.page.locator('.red-ui-debug-msg', { hasText: 'temperature' }).first().waitFor();
    await editor.picture('first-flow-end');
    await next();
    await guide().waitFor({ state: 'detached' });
  });

  it('is shown again from the help, and ends with Escape', async () => {
    await editor.ask("RED.sidebar.help.show('ezt-in')");
    await editor.page.locator('.red-ui-help button', { hasText: 'Show me' }).click();
    await says(/Your first EZtCloud flow/);
    await editor.page.keyboard.press('Escape');
    await guide().waitFor({ state: 'detached' });
  });

  it('is remembered as seen', async () => {
    await editor.close();
    editor = await openEditor(browser, red.url, 'zh-CN');
    (await seen()).should.be.true();
  });

  it('ends when its dialog is left by Cancel; in Chinese', async () => {
    await editor.ask("RED.actions.invoke('eztcloud:first-flow')");
    await says(/第一个 EZtCloud 流程/);
    await next();
    const { x, y } = await reach('.red-ui-palette-node[data-palette-type="ezt-in"]');
    await editor.page.mouse.move(x, y);
    await editor.page.mouse.down();
    await editor.page.mouse.move(x + 200, y - 100, { steps: 5 });
    await editor.page.mouse.move(500, 500, { steps: 5 });
    await editor.page.mouse.up();
    await says(/双击该节点/);
    await openNode();
    await says(/添加项目/);
    await editor.ask("void $('#node-dialog-cancel').trigger('click')"); // the shade may be over it
    await guide().waitFor({ state: 'detached' });
  });

  it('leaves the console clean', () => {
    should(editor.problems).deepEqual([]);
  });
});
