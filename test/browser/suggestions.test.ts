import { connectAsync } from 'mqtt';
import should from 'should';
import type { Emulator } from '../../emulator/emulator';
import type { Editor } from '../support/browser';
import { listening } from '../support/emulator';
import { until } from '../support/events';
import { needs } from '../support/machine';
import type { NodeRed } from '../support/node-red';
import { PROJECT, withEditor } from './with-editor';

const cloud = String(PROJECT[0]?.id);
const place = { z: 'tab', cloud, qos: 1 };
/** In the order in which the cloud hears them. */
const KNOWN = ['DU_11', 'DU_10', 'DU_1', 'X_DU_1'];

describe('suggestions in a browser', function () {
  needs(this, 'chromium');
  this.timeout(120_000);
  let editor: Editor;
  const nodes = [
    { id: 'tab', type: 'tab', label: 'Test' },
    { id: 'in', type: 'ezt-in', ...place, x: 200, y: 80, types: [], devices: [], wires: [] },
    { id: 'attributes', type: 'ezt-attr-out', ...place, x: 200, y: 160, device: '', attribute: '' },
    { id: 'command', type: 'ezt-command-out', ...place, x: 200, y: 240, device: '', wires: [] },
    ...PROJECT,
  ];
  async function prepare(emulator: Emulator, red: NodeRed) {
    // All six types of ezt-in: one filter each.
    await listening(red, cloud, 6);
    const application = await connectAsync(emulator.endpoint, {
      username: emulator.projectKey,
      password: emulator.projectSecret,
      ca: emulator.ca,
    });
    for (const device of KNOWN) {
      const topic = `open/${emulator.projectKey}/${device}/attributes`;
      await application.publishAsync(topic, JSON.stringify({ t11: 1, t10: 1, t1: 1 }), { qos: 1 });
    }
    await application.endAsync();
    const heard = async () => {
      const response = await red.request(`/eztcloud/${cloud}/devices`);
      return ((await response.json()) as unknown[]).length === KNOWN.length;
    };
    await until(heard, 5000, 'the devices');
  }
  withEditor(
    (started) => {
      editor = started.editor;
    },
    { emulator: { builtIn: false }, nodes, prepare },
  );

  const menu = () => editor.page.locator('.ezt-picker:visible [role=option]:not(.ezt-listen)');

  const cases: [node: string, field: string, typed: string, key: 'Tab' | 'Enter', taken: string][] = [
    ['command', 'device', 'DU_1', 'Tab', 'DU_1'],
    ['command', 'device', 'du_1', 'Tab', 'DU_1'],
    ['command', 'device', 'DU_1', 'Enter', 'DU_1'],
    ['command', 'device', 'DU', 'Tab', 'DU_1'],
    ['attributes', 'device', 'DU_1', 'Tab', 'DU_1'],
    ['attributes', 'device', 'DU_10，DU_1', 'Tab', 'DU_10，DU_1'],
    ['attributes', 'attribute', 't1', 'Tab', 't1'],
    ['in', 'devices', 'DU_1', 'Tab', 'DU_1'],
    ['in', 'devices', 'DU_11, DU_1', 'Tab', 'DU_11, DU_1'],
    ['in', 'devices', 'DU_1, DU_1', 'Tab', 'DU_1, DU_1'],
    ['in', 'attributes', 't10; t1', 'Enter', 't10; t1'],
  ];
  for (const [node, field, typed, key, taken] of cases) {
    it(`${typed} and ${key} in ${field} of ${node} is ${taken}`, async () => {
      const form = await editor.open(node);
      const input = form.locator(`#node-input-${field}`);
      await input.fill('');
      await input.pressSequentially(typed);
      await menu().first().waitFor();
      await editor.page.keyboard.press(key);
      await menu().first().waitFor({ state: 'hidden' });
      should(await input.inputValue()).equal(taken);
      await editor.page.locator('#node-dialog-cancel').click();
      await editor.page.locator('.red-ui-tray').waitFor({ state: 'detached' });
    });
  }

  it('stand in order: what is typed, what begins with it, what holds it', async () => {
    const form = await editor.open('command');
    const input = form.locator('#node-input-device');
    await input.fill('');
    await input.pressSequentially('DU_1');
    await menu().nth(3).waitFor();
    const shown = await menu().locator('.ezt-option-title').allInnerTexts();
    should(shown.map((text) => text.trim())).eql(['DU_1', 'DU_10', 'DU_11', 'X_DU_1']);
  });

  it('leave the console clean', () => editor.problems.should.deepEqual([]));
});
