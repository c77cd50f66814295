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

describe('importing examples in a browser', function () {
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
  }

  /** Node-RED asks what to do about the config nodes, which are there already. */
  const answer = (text: string) =>
    editor.page.locator('.red-ui-notification button', { hasText: text }).click();

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

  it('brings the second one in as a copy, to the same project, on the same connection', async () => {
    await importExample('data-stream');
    await answer('Import copy');
    should(await projects()).equal(1);
    await editor.deploy();
    await shown('hex');
    await oneProject();
  });

  it('brings the third one in without what is there already, to the same project', async () => {
    await importExample('push-attributes');
    await answer('View nodes');
    const dialog = editor.page.locator('#red-ui-clipboard-dialog-import-conflict');
    await dialog.waitFor();
    await editor.picture('import-conflict');
    await dialog.click();
    should(await projects()).equal(1);
    await editor.deploy();
    await oneProject();
  });

  it('leaves the console clean', () => {
    editor.problems.should.deepEqual([]);
  });
});
