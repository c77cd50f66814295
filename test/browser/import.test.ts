import should from 'should';
import type { Emulator } from '../../emulator/emulator';
import type { Editor } from '../support/browser';
import { connections } from '../support/emulator';
import { until } from '../support/events';
import { example, named } from '../support/examples';
import { needs } from '../support/machine';
import type { NodeRed } from '../support/node-red';
import { withEditor } from './with-editor';

const PACKAGE = '@eztcloud/node-red-eztcloud';

const WORDS = ['EZtCloud', 'ezt', 'cloud', 'Device', 'iot', 'mqtt'];

describe('palette and examples in a browser', function () {
  needs(this, 'chromium');
  this.timeout(120_000);
  let editor: Editor;
  let emulator: Emulator;
  let red: NodeRed;
  withEditor((started) => {
    ({ emulator, red, editor } = started);
  });
  before(() => editor.ask("RED.sidebar.show('debug')"));

  /** As a user does: menu, Import, Examples, the package, the file, Import. */
  async function importExample(name: string): Promise<void> {
    const { page } = editor;
    await page.locator('#red-ui-header-button-sidemenu').click();
    await page.locator('#menu-item-import').click();
    const dialog = page.locator('#red-ui-clipboard-dialog');
    await dialog.locator('.red-ui-tab', { hasText: 'Examples' }).click();
    const entry = (text: string) =>
      dialog.locator('.red-ui-treeList-label:visible', { hasText: text }).first();
    if (!(await entry(name).isVisible())) await entry(PACKAGE).click();
    await entry(name).click();
    await editor.picture(`import-${name}`);
    await page.locator('#red-ui-clipboard-dialog-ok').click();
    await dialog.waitFor({ state: 'hidden' });
    // The file is fetched after that.
    const [tab] = example(`${name}.json`).nodes;
    await until(
      async () => (await questions()) > 0 || (await editor.ask(`!!RED.nodes.workspace('${tab?.id}')`)),
      5000,
      `${name} or a question`,
    );
  }

  /** Node-RED asks what to do about the config nodes, which are there already. */
  const answer = (text: string) =>
    editor.page.locator('.red-ui-notification button', { hasText: text }).click();

  const questions = () => editor.page.locator('.red-ui-notification button').count();

  const projects = () =>
    editor.ask<number>(
      "(() => { let n = 0; RED.nodes.eachConfig((c) => { if (c.type === 'eztcloud-config') n++; }); return n; })()",
    );
  const shown = (name: string) =>
    editor.page
      .locator('.red-ui-debug-msg', { hasText: `node: ${name}` })
      .first()
      .waitFor();

  async function oneProject(): Promise<void> {
    await until(() => connections(emulator) === 1, 5000, 'one connection');
    const flows = await red.flows();
    for (const type of ['eztcloud-config', 'tls-config']) {
      should(flows.filter((node) => node.type === type).length).equal(1, type);
    }
    const { cloud } = named(example('data-stream.json'), 'as hex');
    for (const node of flows.filter(({ type }) => /^ezt-/.test(String(type))))
      should(node.cloud).equal(cloud);
  }

  it('brings the first one in, and its messages after Deploy', async () => {
    await importExample('receive-messages');
    await until(async () => (await projects()) === 1, 5000, 'the project');
    await editor.deploy();
    await shown('number');
    await shown('event');
    await oneProject();
    await editor.picture('imported');
  });

  it('brings the second one in without a question, to the same project, on the same connection', async () => {
    await importExample('data-stream');
    (await questions()).should.equal(0);
    should(await projects()).equal(1);
    await editor.deploy();
    await shown('hex');
    await oneProject();
  });

  it('brings one in a second time as a copy, to the same project', async () => {
    await importExample('data-stream');
    await answer('Import copy');
    should(await projects()).equal(1);
    await editor.deploy();
    await oneProject();
  });

  it('replaces it after a look at what is there already, in the same project', async () => {
    await importExample('data-stream');
    await answer('View nodes');
    const dialog = editor.page.locator('#red-ui-clipboard-dialog');
    await editor.page.locator('#red-ui-clipboard-dialog-import-conflict').click();
    await dialog.waitFor({ state: 'hidden' });
    should(await projects()).equal(1);
    await editor.page.keyboard.press('Escape');
    await editor.ask("RED.actions.invoke('core:undo')");
  });

  it('asks about a flow with another project of the same id', async () => {
    const nodes = example('push-attributes.json').nodes.map((node) =>
      node.type === 'eztcloud-config' ? { ...node, aliases: { DU_1: { name: 'Pump', tags: [] } } } : node,
    );
    await editor.ask("RED.actions.invoke('core:show-import-dialog')");
    const dialog = editor.page.locator('#red-ui-clipboard-dialog');
    await dialog.locator('.red-ui-tab', { hasText: 'Clipboard' }).click();
    await dialog.locator('#red-ui-clipboard-dialog-import-text').fill(JSON.stringify(nodes));
    await editor.page.keyboard.press('End'); // Node-RED looks at it when a key goes up
    await editor.page.locator('#red-ui-clipboard-dialog-ok').click();
    await answer('Cancel');
    should(await projects()).equal(1);
  });

  it('keeps the project as its user has changed it', async () => {
    const { id } = named(example('data-stream.json'), 'EZtCloud project');
    await editor.ask(`void (RED.nodes.node('${id}').name = 'mine')`);
    await importExample('push-attributes');
    (await questions()).should.equal(0);
    (await editor.ask<string>(`RED.nodes.node('${id}').name`)).should.equal('mine');
    should(await projects()).equal(1);
  });

  it('finds all nodes in the palette by what people type', async () => {
    const search = editor.page.locator('#red-ui-palette-search input');
    const found = editor.page.locator('.red-ui-palette-node[data-palette-type^="ezt-"]:visible');
    const filtered = editor.page.locator('[data-palette-type="inject"][data-filter="true"]');
    for (const word of WORDS) {
      await search.pressSequentially(word);
      await filtered.waitFor({ state: 'attached' });
      should(await found.count()).equal(5, word);
      await editor.page.locator('#red-ui-palette-search .red-ui-searchBox-clear').click();
      await filtered.waitFor({ state: 'detached' });
    }
  });

  it('shows each node in the palette with an icon of its own', async () => {
    const icons = await editor.ask<string[]>(
      `$('[data-palette-type^="ezt-"] [data-palette-icon]').toArray().map((e) => $(e).attr('data-palette-icon'))`,
    );
    should(new Set(icons).size).equal(5);
    for (const icon of icons) {
      const response = await red.request(`/${icon}`);
      should([response.status, response.headers.get('content-type')]).deepEqual([200, 'image/svg+xml']);
    }
  });

  it('leaves the console clean', () => {
    editor.problems.should.deepEqual([]);
  });
});
