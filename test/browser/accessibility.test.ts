import { existsSync, readFileSync } from 'node:fs';
import should from 'should';
import { nodeOf } from '../matrix/parts';
import { type Editor, openEditor } from '../support/browser';
import { listening } from '../support/emulator';
import { find, needs } from '../support/machine';
import { PROJECT, withEditor } from './with-editor';

const NODE_22 = nodeOf('22');
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const cloud = String(PROJECT.find(({ type }) => type === 'eztcloud-config')?.id);
const place = { z: 'tab', cloud, x: 200, wires: [], version: 1 };
const NODES = [
  { id: 'tab', type: 'tab', label: 'Test' },
  ...PROJECT.map((node) =>
    node.id === cloud ? { ...node, aliases: { DU_thermostat: { name: 'Hall', tags: ['north'] } } } : node,
  ),
  { id: 'in', type: 'ezt-in', ...place, y: 80, types: [], devices: ['Hall'] },
  { id: 'attr', type: 'ezt-attr-out', ...place, y: 160, device: 'DU_thermostat', attribute: '' },
  {
    id: 'command',
    type: 'ezt-command-out',
    ...place,
    y: 240,
    device: 'DU_thermostat',
    method: 'setThreshold',
  },
  {
    id: 'query',
    type: 'ezt-device',
    ...place,
    y: 320,
    device: '',
    output: 'message',
    where: [{ field: 'online', op: 'is', value: 'true' }],
  },
  { id: 'watch', type: 'ezt-watch', ...place, y: 400, devices: [], watch: 'silence', seconds: 60 },
];

interface Result {
  violations: { id: string; nodes: { target: unknown[]; failureSummary: string }[] }[];
}

for (const theme of ['light', 'dark'] as const) {
  describe(`accessibility, ${theme}`, function () {
    needs(this, 'chromium');
    if (theme === 'dark') needs(this, 'node-red-5');
    this.timeout(120_000);
    let editor: Editor;
    withEditor(
      (started) => {
        editor = started.editor;
      },
      {
        nodes: NODES,
        ...(theme === 'dark' && {
          nodeRed: () => ({
            nodeRed: find('node-red-5') ?? '',
            ...(existsSync(NODE_22) && { node: NODE_22 }),
          }),
        }),
        prepare: (_emulator, red) => listening(red, cloud, 6).then(() => undefined),
      },
    );
    before(async () => {
      // As *Dark* in the settings of Node-RED 5.
      if (theme === 'dark') await editor.ask("document.documentElement.classList.add('nr-theme-dark')");
      await editor.page.evaluate(AXE);
    });

    async function violations(root: string, { ask }: Editor = editor): Promise<string[]> {
      const { violations: found } = await ask<Result>(
        `axe.run(${JSON.stringify(root)}, { resultTypes: ['violations'] })`,
      );
      return found.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
      );
    }
    const clean = async (root: string, name: string) => {
      await editor.picture(`axe-${theme}-${name}`);
      should(await violations(root)).eql([]);
    };
    afterEach(async () => {
      const cancel = editor.page.locator('#node-dialog-cancel, #node-config-dialog-cancel');
      if ((await cancel.count()) > 0) await cancel.last().click();
      await editor.page.locator('.red-ui-tray').waitFor({ state: 'detached' });
    });

    for (const id of ['in', 'attr', 'command', 'query', 'watch']) {
      it(`axe finds nothing in the form ${id}, with its picker open`, async () => {
        const form = await editor.open(id);
        await editor.ask(`$('.ezt-form details').prop('open', true)`);
        if (id === 'in') await form.locator('#ezt-live-messages pre').first().waitFor();
        await clean('.ezt-form', id);
        await form
          .locator('.ezt-pick-held:visible')
          .first()
          .click({ position: { x: 4, y: 4 } });
        await editor.page.locator('.ezt-picker:visible [role=option]').first().waitFor();
        await clean('.ezt-form', `${id}-picker`);
        await editor.page.keyboard.press('Escape');
        if (id === 'attr' || id === 'command') {
          await form.locator('#ezt-try').click();
          await form.locator('#ezt-try-value').fill('{"value": 31}');
          await form.locator('#ezt-try-send:enabled').click();
          await form.locator('#ezt-try-result').filter({ hasText: 'DU_thermostat' }).waitFor();
          await clean('.ezt-form', `${id}-try`);
        }
      });
    }

    it('axe finds nothing in the project dialog, with a report and the table of aliases', async () => {
      await editor.ask(`RED.editor.editConfig('', 'eztcloud-config', '${cloud}')`);
      const form = await editor.topmost();
      await editor.ask(`$('#ezt-aliases').prop('open', true)`);
      await editor.ask(`$('#ezt-advanced').prop('open', true)`);
      await form.locator('#ezt-test').click();
      await form.locator('#ezt-test-result:not([aria-busy]) > div').first().waitFor();
      await clean('.ezt-form', 'project');
      await form.locator('#ezt-aliases-view').click();
      await clean('#ezt-aliases', 'aliases-text');
    });

    it('axe finds nothing in the three views of the sidebar', async () => {
      await editor.ask('RED.sidebar.show("eztcloud")');
      for (const [view, shown] of [
        ['connections', '.ezt-card'],
        ['devices', '.ezt-row'],
        ['messages', '.ezt-message'],
      ]) {
        await editor.page.locator(`.ezt-tabs button[data-view=${view}]`).click();
        await editor.page.locator(`${shown}:visible`).first().waitFor();
        await clean('.ezt-sidebar', `sidebar-${view}`);
      }
    });

    if (theme === 'light')
      it('axe finds nothing in Chinese either, in a form and in the sidebar', async () => {
        const browser = editor.page.context().browser();
        if (!browser) throw new Error('no browser');
        const chinese = await openEditor(browser, editor.page.url(), 'zh-CN');
        await chinese.page.evaluate(AXE);
        const form = await chinese.open('command');
        await chinese.ask(`$('.ezt-form details').prop('open', true)`);
        await form.locator('#ezt-send-topic:visible, #ezt-try:visible').first().waitFor();
        await chinese.picture('axe-chinese-command');
        should(await violations('.ezt-form', chinese)).eql([]);
        await chinese.page.locator('#node-dialog-cancel').click();
        await chinese.ask('RED.sidebar.show("eztcloud")');
        await chinese.page.locator('.ezt-tabs button[data-view=devices]').click();
        await chinese.page.locator('.ezt-row:visible').first().click();
        await chinese.page.locator('.ezt-detail:visible').waitFor();
        await chinese.picture('axe-chinese-devices');
        should(await violations('.ezt-sidebar', chinese)).eql([]);
        should(chinese.problems).eql([]);
        await chinese.close();
      });

    it('leaves the console clean, and asks nobody outside', () => {
      should(editor.problems).eql([]);
      should([...editor.origins]).eql([new URL(editor.page.url()).origin]);
    });
  });
}
