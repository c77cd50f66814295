import should from 'should';
import type { Editor } from '../support/browser';
import { listening } from '../support/emulator';
import { countHandwork, handworkIn } from '../support/handwork';
import { needs } from '../support/machine';
import { PROJECT, withEditor } from './with-editor';

const cloud = String(PROJECT.find(({ type }) => type === 'eztcloud-config')?.id);
const place = { z: 'tab', cloud, x: 200, wires: [], version: 1 };
/** More fields than any form has. */
const MANY = 60;

describe('the keyboard alone', function () {
  needs(this, 'chromium');
  this.timeout(120_000);
  let editor: Editor;
  const nodes = [
    { id: 'tab', type: 'tab', label: 'Test' },
    ...PROJECT,
    { id: 'in', type: 'ezt-in', ...place, y: 80, types: [], devices: [] },
    { id: 'command', type: 'ezt-command-out', ...place, y: 240, device: '', method: 'setThreshold' },
  ];
  withEditor(
    (started) => {
      editor = started.editor;
    },
    { nodes, prepare: (_emulator, red) => listening(red, cloud, 6).then(() => undefined) },
  );
  before(() => countHandwork(editor.page));

  const press = (key: string) => editor.page.keyboard.press(key);
  const type = (text: string) => editor.page.keyboard.type(text);
  const isAt = (what: string) => editor.ask<boolean>(`$(document.activeElement).is(${JSON.stringify(what)})`);
  async function tabTo(what: string, key = 'Tab') {
    for (let i = 0; i < MANY; i += 1) {
      if (await isAt(what)) return;
      await press(key);
    }
    throw new Error(`${what} is not reached by ${key}`);
  }
  /** As arrows on the workspace do. */
  async function open(id: string) {
    await editor.ask(`(RED.view.select({ nodes: [RED.nodes.node('${id}')] }), RED.view.focus())`);
    await press('Enter');
    return editor.topmost();
  }
  async function done() {
    await press('Control+Enter');
    await editor.page.locator('.red-ui-tray').waitFor({ state: 'detached' });
  }
  const held = (id: string, property: string) => editor.ask(`RED.nodes.node('${id}').${property}`);
  const picked = () => editor.page.locator('.ezt-picker:visible [role=option]', { hasText: 'DU_thermostat' });

  it('fills the form of ezt-in, with its picker', async () => {
    await open('in');
    await tabTo('.ezt-pick-input');
    await picked().waitFor();
    await type('thermo');
    await editor.page
      .locator('.ezt-picker:visible')
      .getByText('DU_camera0001')
      .waitFor({ state: 'detached' });
    await press('Enter');
    await tabTo('#ezt-in-type-attributes');
    await press('Space');
    await tabTo('#ezt-in-type-alarm');
    await press('Space');
    await tabTo('#node-input-when');
    await press('ArrowDown');
    await tabTo('#node-input-name');
    await type('mine');
    await done();
    should(await held('in', 'devices')).eql(['DU_thermostat']);
    should(await held('in', 'types')).eql(['attributes', 'alarm']);
    should(await held('in', 'when')).equal('changed');
    should(await held('in', 'name')).equal('mine');
  });

  it('tries a command, and reads the reply', async () => {
    const form = await open('command');
    await tabTo('.ezt-pick-input');
    await picked().waitFor();
    await type('DU_thermostat');
    await press('Enter');
    await tabTo('#ezt-try');
    await press('Enter');
    await tabTo('#ezt-try-value');
    await press('Control+A');
    await type('{"value": 31}');
    await form.locator('#ezt-try-send:enabled').waitFor();
    await tabTo('#ezt-try-send');
    await press('Enter');
    await form.locator('#ezt-try-result pre').filter({ hasText: '"threshold": 31' }).waitFor();
    await done();
  });

  it('changes the views of the sidebar, and opens a device', async () => {
    await editor.ask(
      "(RED.sidebar.show('eztcloud'), $('.ezt-sidebar [role=tab][tabindex=0]').trigger('focus'))",
    );
    await press('ArrowRight');
    should(await isAt('[data-view=devices][aria-selected=true]')).be.true();
    await tabTo('.ezt-rows');
    await editor.page.locator('.ezt-row', { hasText: 'DU_thermostat' }).waitFor();
    await press('End');
    await press('Enter');
    await editor.page.locator('.ezt-detail:visible').waitFor();
    await tabTo('[role=tab]', 'Shift+Tab');
    await press('ArrowRight');
    should(await isAt('[data-view=messages][aria-selected=true]')).be.true();
    await editor.page.locator('.ezt-message:visible').first().waitFor();
  });

  it('has needed no mouse', async () => {
    const { clicks, drags } = await handworkIn(editor.page);
    should({ clicks, drags }).eql({ clicks: 0, drags: 0 });
    should(editor.problems).eql([]);
  });
});
