import { chineseDevices, englishDevices } from '../../emulator/device-texts';
import type { Editor, Language } from '../support/browser';
import { type Example, example, named } from '../support/examples';

/** What a picture shows, and how to get there in the editor, in which the tour is deployed. Leaves the editor as it was. */
export interface Subject {
  name: string;
  show(editor: Editor, take: () => Promise<void>): Promise<void>;
}

const tour: Example = example('tour.json');
const isProject = ({ type }: { type: string }) => type === 'eztcloud-config';
export const CLOUD = String(tour.nodes.find(isProject)?.id);
/** Pixels, for all of the dialog and of the report. */
const TALLER = 140;
const CORNER = { position: { x: 4, y: 4 } };

/** The tour, whose project has names for the emulator's devices. */
export function flows(language: Language) {
  const { single } = language === 'zh-CN' ? chineseDevices : englishDevices;
  const entries = Object.entries(single).map(([device, { name }], i) => [
    device,
    { name, tags: language === 'zh-CN' ? [['一楼', '二楼'][i % 2]] : [['hall', 'roof'][i % 2]] },
  ]);
  const aliases = Object.fromEntries(entries);
  return tour.nodes.map((node) => (node.id === CLOUD ? { ...node, aliases } : node));
}

const first = (type: string) => String(tour.nodes.find((node) => node.type === type)?.id);

async function close({ page }: Editor): Promise<void> {
  await page.locator('#node-dialog-cancel, #node-config-dialog-cancel').last().click();
  await page.locator('.red-ui-tray').waitFor({ state: 'detached' });
}

export const SUBJECTS: readonly Subject[] = [
  {
    name: 'tour',
    async show(editor, take) {
      await editor.ask("RED.sidebar.show('debug')");
      const reply = editor.page.locator('.red-ui-debug-msg', { hasText: 'reply' });
      await editor.page.locator(`[id="${named(tour, 'relay on').id}"] .red-ui-flow-node-button`).click();
      await reply.first().waitFor({ timeout: 40_000 });
      await editor.page.locator('[data-palette-type="ezt-attr-out"]').scrollIntoViewIfNeeded();
      await take();
    },
  },
  {
    name: 'in',
    async show(editor, take) {
      const form = await editor.open(first('ezt-in'));
      for (const type of ['event_report', 'command_reply', 'data', 'alarm', 'online'])
        await form.locator(`#ezt-in-type-${type}`).uncheck();
      await form.locator('#ezt-live-messages pre').first().waitFor();
      await form.locator('.ezt-pick-held:visible').first().click(CORNER);
      await editor.page.locator('.ezt-picker:visible [role=option]').nth(6).waitFor();
      await take();
      await editor.page.keyboard.press('Escape');
      await close(editor);
    },
  },
  {
    name: 'command',
    async show(editor, take) {
      const form = await editor.open(first('ezt-command-out'));
      await form.locator('#ezt-try').click();
      await form.locator('#ezt-try-value').fill('{"value": 31}');
      await form.locator('#ezt-try-send:enabled').click();
      await form.locator('#ezt-try-result pre').first().waitFor();
      await form.locator('#ezt-try-result').scrollIntoViewIfNeeded();
      await take();
      await close(editor);
    },
  },
  {
    name: 'sidebar',
    async show(editor, take) {
      const { page } = editor;
      await editor.ask("RED.sidebar.show('eztcloud')");
      await page.locator('.ezt-tabs button[data-view=devices]').click();
      await page.locator('.ezt-row', { hasText: 'DU_thermostat' }).click();
      await page.locator('.ezt-detail:visible').filter({ hasText: 'temperature' }).waitFor();
      await take();
    },
  },
  {
    name: 'aliases',
    async show(editor, take) {
      await editor.ask(`RED.editor.editConfig('', 'eztcloud-config', '${CLOUD}')`);
      const form = await editor.topmost();
      await editor.ask(`$('#ezt-aliases').prop('open', true)`);
      await form.locator('.ezt-alias-table li').nth(5).waitFor();
      await form.locator('#ezt-aliases-view').scrollIntoViewIfNeeded();
      await take();
      await close(editor);
    },
  },
  {
    name: 'project',
    async show(editor, take) {
      const { width, height } = editor.page.viewportSize() ?? { width: 0, height: 0 };
      await editor.page.setViewportSize({ width, height: height + TALLER });
      await editor.ask("RED.editor.editConfig('', 'eztcloud-config', '_ADD_')");
      const form = await editor.topmost();
      await form.locator('#ezt-emulator-use').click();
      await editor.page.waitForFunction(`/^mqtts:/.test($('#node-config-input-endpoint').val())`);
      await form.locator('#ezt-test').click();
      await form.locator('#ezt-test-result:not([aria-busy]) > div').first().waitFor();
      await form.locator('#node-config-input-name').scrollIntoViewIfNeeded();
      await take();
      await editor.page.setViewportSize({ width, height });
      await form.locator('#ezt-emulator-stop').click();
      await form.locator('#ezt-emulator-stop').waitFor({ state: 'hidden' });
      await close(editor);
    },
  },
];
