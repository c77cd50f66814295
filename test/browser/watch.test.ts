import should from 'should';
import { withChanges } from '../examples/expected';
import type { Editor } from '../support/browser';
import { example, named } from '../support/examples';
import { needs } from '../support/machine';
import { withEditor } from './with-editor';

const silence = example('watch-silence.json');
const WATCH = named(silence, 'silent for 20 s').id;

describe('ezt-watch in a browser', function () {
  needs(this, 'chromium');
  this.timeout(120_000);
  let editor: Editor;
  withEditor(
    (started) => {
      editor = started.editor;
    },
    { nodes: [...withChanges(silence, { 'silent for 20 s': { after: 2 } })] },
  );

  it('tells of the device of the emulator that falls silent, in the debug sidebar', async () => {
    await editor.ask("RED.sidebar.show('debug')");
    const told = editor.page.locator('.red-ui-debug-msg', { hasText: 'DU_quiet00001 is silent' });
    await told.first().waitFor({ timeout: 30_000 });
    await editor.picture('watch-silent');
    const again = editor.page.locator('.red-ui-debug-msg', { hasText: 'DU_quiet00001 is heard again' });
    await again.first().waitFor({ timeout: 30_000 });
    const flapping = editor.page.locator('.red-ui-debug-msg', { hasText: 'DU_flapper001' });
    should(await flapping.count()).equal(0);
  });

  it('opens, however long the editor takes for a press: what the other tests here rely on', async () => {
    await editor.ask(`(() => { window.addEventListener('mouseup', () => {
      const start = performance.now();
      while (performance.now() - start < 700);
    }, { capture: true, once: true }); })()`);
    await editor.open(WATCH);
    await editor.page.locator('#node-dialog-cancel').click();
    await editor.page.locator('.red-ui-tray').waitFor({ state: 'detached' });
  });

  it('shows the rows of the mode that is chosen, and names its outputs by it', async () => {
    const tray = await editor.open(WATCH);
    const rows = () =>
      editor.ask<string[]>(
        "$('.ezt-mode:visible').find('input, select').toArray().map((e) => e.id.slice(11))",
      );
    should(await rows()).eql(['after']);
    await editor.picture('watch-form-silence');
    await tray.locator('#node-input-mode').selectOption('alarm');
    should(await rows()).eql(['every']);
    await editor.picture('watch-form-alarm');
    await tray.locator('#node-input-mode').selectOption('threshold');
    should(await rows()).eql(['attribute', 'op', 'value', 'for', 'clear']);
    await tray.locator('#node-input-op').selectOption('eq');
    should(await rows()).eql(['attribute', 'op', 'value', 'for']);
    const wrong = () =>
      editor.ask<string[]>("$('.ezt-mode .input-error').toArray().map((e) => e.id.slice(11))");
    should(await wrong()).eql(['attribute', 'value']);
    await tray.locator('#node-input-attribute').fill('wind');
    await editor.page.keyboard.press('Escape');
    await tray.locator('#node-input-value').fill('30');
    await tray.locator('#node-input-op').selectOption('gt');
    await tray.locator('#node-input-clear').fill('31');
    await tray.locator('#node-input-clear').blur();
    should(await wrong()).eql(['clear']);
    await tray.locator('#node-input-op').selectOption('lt');
    should(await wrong()).eql([]);
    await editor.picture('watch-form-threshold');
    await editor.done();
    const labels = (index: number) =>
      editor.ask<string>(
        `(() => { const n = RED.nodes.node('${WATCH}'); return n._def.outputLabels.call(n, ${index}); })()`,
      );
    should([await labels(0), await labels(1)]).eql(['beyond the limit', 'back within the limit']);
    editor.problems.should.deepEqual([]);
  });
});
