import should from 'should';
import type { Editor } from '../support/browser';
import { listening } from '../support/emulator';
import { until } from '../support/events';
import { needs } from '../support/machine';
import { PROJECT, withEditor } from './with-editor';

const cloud = String(PROJECT[0]?.id);
const node = (id: string, y: number) => ({
  ...{ id, type: 'ezt-device', z: 'tab', x: 200, y, wires: [[]] },
  ...{ version: 1, name: '', cloud, device: '', where: [], output: 'message' },
});
// biome-ignore lint/suspicious/noTemplateCurlyInString: Node-RED's form of an environment variable
const VARIABLE = '${EZT_RULES}';
const HELD = [
  { field: 'online', op: 'neq', value: true },
  { field: 'tag', op: 'eq', value: 'hall' },
  { field: 'silent', op: 'gt', value: 900 },
  { field: 'attribute:temperature', op: 'gte', value: 21.5 },
  { field: 'attribute:state', op: 'eq', value: { a: [1] } },
  { field: 'attribute:text', op: 'lt', value: '5' },
  { field: 'attribute:t', op: 'lte', value: 'payload.limit', valueType: 'msg' },
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Node-RED's form of an environment variable
  { field: 'silent', op: 'lt', value: '${EZT_LIMIT}', valueType: 'num' },
];

describe('the rules of ezt-device in a browser', function () {
  needs(this, 'chromium');
  this.timeout(120_000);
  let editor: Editor;
  const nodes = [
    { id: 'tab', type: 'tab', label: 'Test' },
    { ...node('held', 80), device: '*', where: HELD, output: 'each' },
    node('new', 160),
    { ...node('variable', 240), where: VARIABLE },
    ...PROJECT,
  ];
  withEditor(
    (started) => {
      editor = started.editor;
    },
    {
      nodes,
      async prepare(_emulator, red) {
        await listening(red, cloud, 3);
        const heard = async () => {
          const response = await red.request(`/eztcloud/${cloud}/devices`);
          return (await response.text()).includes('"temperature"');
        };
        await until(heard, 10_000, 'the thermostat');
      },
    },
  );
  const where = (id: string) => editor.ask<unknown>(`RED.nodes.node('${id}').where`);
  const changed = (id: string) => editor.ask<boolean>(`RED.nodes.node('${id}').changed === true`);
  const rows = () => editor.page.locator('#ezt-where .ezt-rule');
  const row = (i: number) => ({
    field: rows().nth(i).locator('.ezt-rule-field'),
    attribute: rows().nth(i).locator('.ezt-rule-attribute'),
    op: rows().nth(i).locator('.ezt-rule-op'),
    value: rows().nth(i).locator('.red-ui-typedInput-input'),
  });
  const add = () => editor.page.locator('.ezt-rules .red-ui-editableList-addButton').click();

  it('are shown as they are, and opening and closing the form changes nothing', async () => {
    await editor.open('held');
    should(await rows().count()).equal(HELD.length);
    await editor.picture('device-rules');
    await editor.done();
    should(await where('held')).deepEqual(HELD);
    should(await changed('held')).be.false();
    await editor.open('variable');
    await editor.done();
    should(await where('variable')).equal(VARIABLE);
  });

  it('offer only what makes sense for a field', async () => {
    await editor.open('new');
    await add();
    const { field, attribute, op } = row(0);
    const operators = () => op.locator('option').allInnerTexts();
    should(await operators()).deepEqual(['==', '!=']);
    should(await attribute.isVisible()).be.false();
    await field.selectOption('silent');
    should(await operators()).deepEqual(['==', '!=', '>', '>=', '<', '<=']);
    should(await op.inputValue()).equal('gt');
    await field.selectOption('attribute');
    should(await attribute.isVisible()).be.true();
    await op.selectOption('gt');
    await field.selectOption('online');
    should(await op.inputValue()).equal('eq');
    await editor.done();
  });

  it('do not keep a value of another type when their field changes', async () => {
    await editor.open('new');
    const { field, value } = row(0);
    await field.selectOption('tag');
    should(await value.inputValue()).equal('');
    await value.fill('north');
    await field.selectOption('silent');
    should(await value.inputValue()).equal('');
    await field.selectOption('online');
    await editor.done();
    should(await where('new')).deepEqual([{ field: 'online', op: 'eq', value: false }]);
  });

  it('are made by keyboard, with the attributes that are known, and saved in their types', async () => {
    await editor.open('new');
    const { field, attribute, op, value } = row(0);
    await field.selectOption('attribute');
    await attribute.focus();
    await editor.page.keyboard.type('temperat');
    await editor.page.locator('.ezt-picker:visible [role=option]').first().waitFor();
    await editor.page.keyboard.press('Tab');
    should(await attribute.inputValue()).equal('temperature');
    await op.selectOption('gt');
    await value.fill('30');
    await editor.picture('device-rules-new');
    await editor.done();
    should(await where('new')).deepEqual([{ field: 'attribute:temperature', op: 'gt', value: 30 }]);
    should(await editor.ask(`RED.nodes.node('new').valid`)).be.true();
  });

  it('say what is wrong with them, in the form and on the node', async () => {
    await editor.open('new');
    await add();
    await row(1).field.selectOption('attribute');
    const problem = (i: number) => editor.page.locator('#ezt-where .ezt-rule-problem').nth(i);
    should(await problem(1).textContent()).equal('Name the attribute.');
    await row(0).value.fill('');
    await row(0).value.blur();
    should(await problem(0).textContent()).equal('Enter a value of a suitable type.');
    await editor.picture('device-rules-wrong');
    await editor.done();
    should(await editor.ask(`RED.nodes.node('new').valid`)).be.false();
  });

  // But for the button of Node-RED's own that opens its JSON editor.
  it('have names for whoever cannot see them', async () => {
    await editor.open('held');
    const nameless = await editor.ask<
      string[]
    >(`$('#ezt-where').find('input, select, button').not('.red-ui-typedInput-option-expand').filter(':visible')
      .toArray().filter((e) => !e.getAttribute('aria-label') && !e.textContent.trim()).map((e) => e.outerHTML)`);
    should(nameless).deepEqual([]);
    await editor.done();
  });

  it('are removed, too', async () => {
    await editor.open('new');
    for (const left of [1, 0]) {
      await editor.page.locator('#ezt-where .red-ui-editableList-item-remove').first().click();
      await until(async () => (await rows().count()) === left, 5000, `${left} rows`);
    }
    await editor.done();
    should(await where('new')).deepEqual([]);
  });

  it('leave the console clean', () => editor.problems.should.deepEqual([]));
});
