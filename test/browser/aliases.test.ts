import type { Locator } from 'playwright-core';
import should from 'should';
import type { Editor } from '../support/browser';
import { until } from '../support/events';
import { needs } from '../support/machine';
import type { NodeRed } from '../support/node-red';
import { PROJECT, withEditor } from './with-editor';

const cloud = String(PROJECT.find(({ type }) => type === 'eztcloud-config')?.id);
const place = { z: 'tab', cloud, qos: 1 };

describe('the table of aliases in a browser', function () {
  needs(this, 'chromium');
  this.timeout(120_000);
  let editor: Editor;
  let red: NodeRed;
  const nodes = [
    { id: 'tab', type: 'tab', label: 'Test' },
    { id: 'in', type: 'ezt-in', ...place, x: 200, y: 80, devices: [], types: ['online'], wires: [] },
    { id: 'out', type: 'ezt-attr-out', ...place, x: 200, y: 160, device: 'DU_1', attribute: '' },
    ...PROJECT,
  ];
  withEditor(
    (started) => {
      ({ editor, red } = started);
    },
    { emulator: { builtIn: false }, nodes },
  );

  const held = () =>
    editor.ask<Record<string, unknown>>(`(() => { const { aliases, changed } = RED.nodes.node('${cloud}');
      return JSON.parse(JSON.stringify({ aliases, changed: changed === true })); })()`);
  async function open(): Promise<Locator> {
    await editor.ask(`RED.editor.editConfig('', 'eztcloud-config', '${cloud}')`);
    return editor.topmost();
  }
  const problems = async (tray: Locator) =>
    (await tray.locator('#ezt-aliases-problems').allInnerTexts()).join('');
  const cell = (tray: Locator, row: number, column: string) =>
    tray.locator('.ezt-alias-table li').nth(row).locator(`[data-column="${column}"]`);
  async function paste(input: Locator, text: string) {
    await input.evaluate((element, pasted) => {
      const page = globalThis as unknown as Record<
        'DataTransfer' | 'ClipboardEvent',
        new (
          ...args: unknown[]
        ) => never
      >;
      const clipboardData = new page.DataTransfer() as { setData(type: string, text: string): void };
      clipboardData.setData('text', pasted);
      const options = { clipboardData, bubbles: true, cancelable: true };
      element.dispatchEvent(new page.ClipboardEvent('paste', options));
    }, text);
  }

  it('an unchanged dialog changes nothing', async () => {
    const before = await held();
    await open();
    await editor.done();
    should(await held()).deepEqual(before);
    should(before.changed).equal(false);
  });

  it('takes a device that is typed, and says what is wrong with one', async () => {
    const tray = await open();
    await tray.locator('#ezt-aliases summary').click();
    await tray.locator('.red-ui-editableList-addButton').click();
    await editor.page.keyboard.type('a/b');
    should(await cell(tray, 0, 'device').getAttribute('class')).match(/input-error/);
    should(await problems(tray)).match(/^Line 1: Device username: .*without \/ \+ #/);
    await editor.picture('aliases-wrong');
    await cell(tray, 0, 'device').fill('DU_1');
    await cell(tray, 0, 'name').fill(' Pump 1 ');
    await cell(tray, 0, 'tags').fill('north, #water');
    should(await problems(tray)).equal('');
    await editor.done();
    should((await held()).aliases).deepEqual({ DU_1: { name: 'Pump 1', tags: ['north', 'water'] } });
  });

  it('takes cells of a spreadsheet, sorts them, and lets a row go', async () => {
    const tray = await open();
    await paste(cell(tray, 0, 'name'), 'DU_3\tTwin\nDU_2\tTwin\tnorth\nDU_1\tPump 1, hall 2\tnorth\n');
    should(await tray.locator('.ezt-alias-table li').count()).equal(3);
    should(await problems(tray)).match(/Line 2: Name: several devices/);
    await tray.locator('.ezt-sort').first().click();
    should(await cell(tray, 2, 'device').inputValue()).equal('DU_3');
    await editor.picture('aliases-table');
    await tray.locator('.ezt-alias-table li').nth(2).locator('.red-ui-editableList-item-remove').click();
    await until(async () => (await tray.locator('.ezt-alias-table li').count()) === 2, 5000, 'the row to go');
    await editor.done();
    should((await held()).aliases).deepEqual({
      DU_1: { name: 'Pump 1, hall 2', tags: ['north'] },
      DU_2: { name: 'Twin', tags: ['north'] },
    });
  });

  it('is text as well, with the line of what is wrong', async () => {
    const tray = await open();
    await tray.locator('#ezt-aliases-view').click();
    const text = tray.locator('#ezt-aliases-text');
    should(await text.inputValue()).equal('DU_1,"Pump 1, hall 2",north\nDU_2,Twin,north');
    await text.fill('DU_1,Pump 1,north;water\n\nDU 2,b\nDU_2,"Pump 2');
    should(await problems(tray)).match(/Line 4: .*quotation.*\nLine 3: Device username/);
    await editor.picture('aliases-text');
    await text.fill('DU_1,Pump 1,north;water\nDU_2,Pump 2,north');
    should(await problems(tray)).equal('');
    await tray.locator('#ezt-aliases-view').click();
    should(await cell(tray, 1, 'name').inputValue()).equal('Pump 2');
    await editor.done();
    should((await held()).aliases).deepEqual({
      DU_1: { name: 'Pump 1', tags: ['north', 'water'] },
      DU_2: { name: 'Pump 2', tags: ['north'] },
    });
  });

  it('gives its names to the fields of nodes and to their labels', async () => {
    const labels = editor.page.locator('.red-ui-flow-node-label');
    should((await labels.allTextContents()).join()).match(/Pump 1 · attributes out/);
    let tray = await editor.open('in');
    const input = tray.locator('#node-input-devices');
    await input.pressSequentially('pump');
    const menu = editor.page.locator('.ezt-picker:visible .ezt-option-names');
    await menu.first().waitFor();
    should((await menu.allInnerTexts()).map((text) => text.trim())).eql(['Pump 1 DU_1', 'Pump 2 DU_2']);
    await editor.picture('aliases-suggestions');
    await editor.page.keyboard.press('Tab');
    should(await input.inputValue()).equal('Pump 1');
    await input.pressSequentially(', #');
    await menu.first().waitFor();
    should((await menu.allInnerTexts())[0]?.trim()).equal('#north');
    await editor.page.keyboard.press('Enter');
    should(await input.inputValue()).equal('Pump 1, #north');
    await input.fill('Pump 1, #west');
    await input.blur();
    should(await input.getAttribute('class')).match(/input-error/);
    await input.fill('Pump 1, #north');
    await input.blur();
    should(await input.getAttribute('class')).not.match(/input-error/);
    await editor.done();
    should(await editor.ask("RED.nodes.node('in').devices")).eql(['Pump 1', '#north']);
    tray = await editor.open('out');
    should(await tray.locator('#node-input-device').inputValue()).equal('DU_1');
    await editor.done();
    await editor.deploy();
    should((await labels.allTextContents()).join()).match(/Pump 1 \+1/);
    await editor.picture('aliases-labels');
    const status = async () => {
      const response = await red.request(`/eztcloud/${cloud}/status`);
      return Object.keys(((await response.json()) as { filters: object }).filters).length;
    };
    await until(async () => (await status()) === 2, 10_000, 'both subscriptions');
  });

  it('opens with thousands as text', async () => {
    const tray = await open();
    await tray.locator('#ezt-aliases-view').click();
    const lines = Array.from({ length: 2000 }, (_, i) => `DU_${i},Pump ${i},north`).join('\n');
    const text = tray.locator('#ezt-aliases-text');
    await text.selectText();
    await paste(text, lines);
    should(await tray.locator('#ezt-aliases-view').isDisabled()).equal(true);
    await editor.done();
    const again = await open();
    should((await again.locator('#ezt-aliases-text').inputValue()) === lines).equal(true);
    await editor.picture('aliases-2000');
    await editor.done();
    should(Object.keys((await held()).aliases as object)).have.length(2000);
  });

  it('undoes and redoes the table', async () => {
    await editor.ask("RED.actions.invoke('core:undo')");
    should(Object.keys((await held()).aliases as object)).have.length(2);
    await editor.ask("RED.actions.invoke('core:redo')");
    should(Object.keys((await held()).aliases as object)).have.length(2000);
  });

  it('leaves the console clean', () => editor.problems.should.deepEqual([]));
});
