import should from 'should';
import type { Editor } from '../support/browser';
import { needs } from '../support/machine';
import { CORNER, look, NODES, pumps } from './pickers-with-devices';
import { withEditor } from './with-editor';

type Pumps = Awaited<ReturnType<typeof pumps>>;

describe('pickers in a browser', function () {
  needs(this, 'chromium');
  this.timeout(120_000);
  let editor: Editor;
  let sent: Pumps;
  let at: ReturnType<typeof look>;
  withEditor(
    (started) => {
      editor = started.editor;
      at = look(editor.page);
    },
    {
      emulator: { builtIn: false },
      nodes: NODES,
      async prepare(emulator, started) {
        sent = await pumps(emulator, started);
      },
    },
  );
  after(() => sent?.end());

  const press = async (...keys: string[]) => {
    for (const key of keys) await editor.page.keyboard.press(key);
  };
  const type = (text: string) => editor.page.keyboard.type(text);
  const held = (id: string, property: string) => editor.ask<unknown>(`RED.nodes.node('${id}').${property}`);
  const changed = (id: string) => editor.ask<boolean>(`RED.nodes.node('${id}').changed === true`);

  it('show what a node holds as chips, and opening and closing a form changes nothing', async () => {
    for (const id of ['in', 'push', 'command', 'query']) {
      await editor.open(id);
      const { chips, names } = at.field(id === 'in' ? 'devices' : 'device');
      if (id === 'in') await chips.nth(1).waitFor();
      if (id === 'in') should(await names()).eql(['Pump 1', '#north']);
      await editor.done();
      should(await changed(id)).be.false(id);
    }
    should(await held('push', 'device')).equal('DU_pump1；DU_9');
  });

  it('open by a click, with names, usernames and how long ago each was heard', async () => {
    await editor.open('command');
    await at.field('device').held.click(CORNER);
    await at.options().nth(3).waitFor();
    should(await at.titles()).eql(['#north', 'Pump 1', 'Pump 2', 'Spare']);
    const rows = (await at.rows(4)).map((row) => row.join(' · '));
    should(rows[0]).equal('#north · 2 devices');
    should(rows[1]).match(/^Pump 1 · DU_pump1 · (just now|1 min ago)$/);
    await editor.picture('picker-devices');
    await press('Escape');
    await at.popup().waitFor({ state: 'hidden' });
    should(await editor.page.locator('#node-dialog-ok').isVisible()).be.true();
  });

  it('go out of sight with their field, and come back with it', async () => {
    const { page } = editor;
    await page.setViewportSize({ width: 1400, height: 450 });
    const scroll = (top: number) =>
      editor.ask(`(() => {
        const around = $('.ezt-form:visible').parents().filter((_, e) => e.scrollHeight > e.clientHeight && getComputedStyle(e).overflowY === 'auto');
        around.scrollTop(${top});
      })()`);
    await scroll(0);
    await at.field('device').held.click(CORNER);
    await at.options().nth(3).waitFor();
    await scroll(1000);
    await at.popup().waitFor({ state: 'hidden' });
    await scroll(0);
    await at.popup().waitFor();
    await page.setViewportSize({ width: 1400, height: 900 });
    await press('Escape');
    await at.popup().waitFor({ state: 'hidden' });
  });

  it('take arrows, Home and End, and tell a screen reader where they are', async () => {
    const { input } = at.field('device');
    should(await input.getAttribute('aria-expanded')).equal('false');
    await press('ArrowDown');
    await at.options().nth(3).waitFor();
    should(await input.getAttribute('aria-expanded')).equal('true');
    should(await at.active(input)).be.undefined();
    await press('ArrowDown', 'ArrowDown');
    should(await at.active(input)).match(/^Pump 1/);
    await press('Home');
    should(await at.active(input)).match(/^#north/);
    await press('End');
    should(await at.active(input)).match(/^Listen to everything/);
    await press('ArrowUp', 'ArrowUp');
    should(await at.active(input)).match(/^Pump 2/);
    await press('Enter');
    should(await at.field('device').names()).eql(['Pump 2']);
  });

  it('filter as one types, by name, username and tag; free text stays as it is', async () => {
    const { names, hint } = at.field('device');
    for (const [typed, titles] of [
      ['PUMP', ['Pump 1']],
      ['du_n', ['Spare']],
      ['nor', ['#north', 'Pump 1']],
    ] as const) {
      await type(typed);
      await at.options().nth(titles.length).waitFor(); // and what is typed, as it is
      should(await at.titles()).eql([...titles]);
      for (const _ of typed) await press('Backspace');
    }
    await type('DU_pump');
    await at.options().first().waitFor();
    await press('ArrowUp', 'ArrowUp'); // the last but one: what is typed
    await editor.picture('picker-typed');
    await press('Enter');
    await type('DU_9,');
    await type('DU_new ');
    await press('Escape');
    await editor.page.locator('#node-input-name').focus();
    should(await names()).eql(['Pump 2', 'DU_pump', 'DU_9', 'DU_new']);
    await hint.getByText('Not seen yet in this project: DU_pump, DU_9, DU_new').waitFor();
    await editor.picture('picker-chips');
    should(await editor.page.locator('.input-error').count()).equal(0);
  });

  it('have chips that are removed by their button and by keys', async () => {
    const { input, chips, names } = at.field('device');
    await chips.first().locator('button').click();
    should(await names()).eql(['DU_pump', 'DU_9', 'DU_new']);
    await input.focus();
    await press('Backspace');
    should(await editor.ask('document.activeElement.getAttribute("aria-label")')).equal('Remove DU_new');
    await press('Backspace', 'ArrowLeft', 'Home', 'ArrowLeft', 'Delete', 'End');
    should(await names()).eql(['DU_9']);
    await editor.done();
    should(await held('command', 'device')).equal('DU_9');
  });

  it('take pasted lists', async () => {
    await editor.open('in');
    const { input, held: whole, names } = at.field('devices');
    await whole.click(CORNER);
    await input.evaluate((element: object) => {
      // Runs in the browser.
      const page = globalThis as unknown as Record<string, new (...args: unknown[]) => object>;
      const { ClipboardEvent, DataTransfer } = page;
      if (!ClipboardEvent || !DataTransfer) throw new Error('no clipboard');
      const clipboardData = new DataTransfer() as { setData(type: string, text: string): void };
      clipboardData.setData('text', 'DU_a；DU_b\nDU_c、 DU_d');
      const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
      (element as { dispatchEvent(event: object): void }).dispatchEvent(event);
    });
    should(await names()).eql(['Pump 1', '#north', 'DU_a', 'DU_b', 'DU_c', 'DU_d']);
    await editor.done();
    should(await held('in', 'devices')).eql(['DU_pump1', '#north', 'DU_a', 'DU_b', 'DU_c', 'DU_d']);
    await editor.ask("RED.actions.invoke('core:undo')");
  });

  it('offer attributes with value and type, streams with bytes, events and commands apart', async () => {
    await editor.open('in');
    /** Title and last value of each row in `name`, and what the rows say of them. */
    const shown = async (name: string, count: number) => {
      await at.field(name).held.click(CORNER);
      await at.rows(count);
      await editor.picture(`picker-${name}`);
      const rows = await at.rows(count);
      await press('Escape');
      return rows;
    };
    const attributes = await shown('attributes', 4);
    should(attributes.map(([title, last]) => `${title}: ${last}`)).eql([
      ...['level: 7', 'on: true', 'pressure: 2.5', 'state: on <b>'],
    ]);
    should(attributes[2]?.[2]).match(/^number · (just now|1 min ago)$/);
    should((await shown('streams', 2)).map((row) => row.slice(0, 2))).eql([
      ['log', 'started at noon, all is …'],
      ['modbus', '01 03 02'],
    ]);
    should(await shown('methods', 2)).eql([['leak'], ['stop']]);
    await editor.page.locator('#ezt-in-type-command_reply').uncheck();
    should(await shown('methods', 1)).eql([['leak']]);
    await editor.page.locator('#node-dialog-cancel').click();
    await editor.page.locator('.red-ui-tray').waitFor({ state: 'detached' });
  });

  it('offer a command field no events, and only what the chosen devices have', async () => {
    await editor.open('command');
    await at.field('device').chips.locator('button').click(); // all devices
    await press('Escape');
    await at.field('method').held.click(CORNER);
    await at.options().first().waitFor();
    should(await at.titles()).eql(['stop']);
    await press('Escape');
    await at.field('device').held.click(CORNER);
    await type('Pump 2,');
    await press('Escape');
    await at.field('method').held.click(CORNER);
    await at.popup().getByText('No reply to a command has been heard').waitFor();
    await editor.picture('picker-empty');
    await editor.page.locator('#node-dialog-cancel').click();
    await editor.page.locator('.red-ui-tray').waitFor({ state: 'detached' });
  });

  it('leave the console clean', () => editor.problems.should.deepEqual([]));
});
