import type { Locator } from 'playwright-core';
import should from 'should';
import type { Editor } from '../support/browser';
import { example, named } from '../support/examples';
import { needs } from '../support/machine';
import { FORMS } from './forms';
import { PROJECT, withEditor } from './with-editor';

const tour = example('tour.json');
const CONFIG = String(named(tour, 'EZtCloud project').id);
/** What a form that lacks a translation, or shows a value it should not, has somewhere. */
const LEFTOVER = /eztcloud\.\w|node-red:|\[object|undefined|__\w+__|\$\{label/;

/** The ids of visible controls of ours that a screen reader could not name. */
const NAMELESS = `$('.red-ui-tray').last().find('input, select, button, textarea').filter(':visible').toArray()
  .filter((e) => /^(node-|ezt-)/.test(e.id) && !(e.labels && e.labels.length && $(e.labels).text().trim())
    && !e.getAttribute('aria-label') && !e.textContent.trim()).map((e) => e.id)`;
/** Everything of the page that a person reads: text, and what shows in empty fields. */
const READABLE = `[document.body.innerText, ...$('[placeholder]:visible').toArray().map((e) => e.placeholder),
  ...$('[title]:visible').toArray().map((e) => e.title)].join('\\n')`;
const held = (id: string) => `(() => { const n = RED.nodes.node('${id}');
  const { id: _, type, x, y, z, wires, cloud, g, ...rest } = RED.nodes.convertNode(n); return rest; })()`;

for (const language of ['en-US', 'zh-CN'] as const) {
  describe(`forms in a browser, ${language}`, function () {
    needs(this, 'chromium');
    this.timeout(120_000);
    let editor: Editor;
    withEditor(
      (started) => {
        editor = started.editor;
      },
      {
        emulator: { builtIn: false },
        language,
        nodes: [{ id: 'tab', type: 'tab', label: 'Test' }, ...PROJECT],
      },
    );

    const control = (tray: Locator, id: string) => tray.locator(`#${id}`);
    async function enter(tray: Locator, id: string, value: string | boolean) {
      const field = control(tray, id);
      const kind = await field.evaluate((element: { tagName: string }) => element.tagName);
      if (typeof value === 'boolean') await field.setChecked(value);
      else if (kind === 'SELECT') await field.selectOption(value);
      else {
        await field.fill(value);
        await editor.page.keyboard.press('Escape'); // suggestions
        await field.blur();
      }
    }

    it('open from nodes whose labels take one line in the palette', async () => {
      const labels = editor.page.locator('[data-palette-type^="ezt-"] .red-ui-palette-label');
      const broken = labels.filter({ has: editor.page.locator('br') });
      should(await labels.count()).equal(5);
      should(await broken.allInnerTexts()).eql([]);
    });

    Object.entries(FORMS).forEach(([type, { typed, saved, wrong }], row) => {
      describe(type, () => {
        const isConfig = type === 'eztcloud-config';
        let id: string;
        let tray: Locator;
        const open = async () => {
          if (!isConfig) return editor.open(id);
          await editor.ask(`RED.editor.editConfig('', 'eztcloud-config', '${id}')`);
          return editor.topmost();
        };

        it('opens', async () => {
          if (isConfig) {
            await editor.ask("RED.editor.editConfig('', 'eztcloud-config', '_ADD_')");
            tray = await editor.topmost();
            await tray.locator('#ezt-aliases summary').click();
            await tray.locator('#ezt-advanced summary').click();
          } else {
            id = await editor.drag(type, 200, 60 + 80 * row);
            tray = await editor.open(id);
            await tray.locator('#node-input-cloud').selectOption(CONFIG);
          }
          await editor.picture(`${language}-${type}-new`);
        });

        it('has no text that is not translated', async () => {
          (await editor.ask<string>(READABLE)).should.not.match(LEFTOVER);
        });

        it('names every control', async () => {
          (await editor.ask<string[]>(NAMELESS)).should.deepEqual([]);
        });

        for (const [field, [value, sentence]] of Object.entries(wrong)) {
          it(`marks ${field} and says what is wrong with ${value}`, async () => {
            await enter(tray, field, value);
            should(await control(tray, field).getAttribute('class')).match(/input-error/);
            await control(tray, field).hover();
            const tip = editor.page.locator('.red-ui-popover', { hasText: sentence[language] });
            await tip.waitFor();
            await editor.picture(`${language}-${type}-wrong-${field}`);
            await editor.page.mouse.move(1, 1);
            await tip.waitFor({ state: 'hidden' });
          });
        }

        it('keeps what is typed, and shows it again', async () => {
          for (const [field, value] of Object.entries(typed)) await enter(tray, field, value);
          should(await tray.locator('.input-error').count()).equal(0);
          await editor.picture(`${language}-${type}-filled`);
          await editor.done();
          if (isConfig) {
            id = await editor.ask<string>(
              "(() => { let id; RED.nodes.eachConfig((n) => { if (n.name === 'mine') id = n.id; }); return id; })()",
            );
          }
          const { credentials, ...node } = await editor.ask<Record<string, unknown>>(held(id));
          node.should.deepEqual({ version: 1, ...saved });
          if (isConfig)
            should(credentials).deepEqual({ projectKey: 'PR_0123456789', projectSecret: 'secret' });

          tray = await open();
          for (const [field, value] of Object.entries(typed)) {
            const shown = control(tray, field);
            if (typeof value === 'boolean') (await shown.isChecked()).should.equal(value);
            else if (field === 'node-input-devices')
              (await shown.inputValue()).should.equal('DU_thermostat, DU_camera0001');
            else (await shown.inputValue()).should.equal(value, field);
          }
          (await editor.ask<string>(READABLE)).should.not.match(LEFTOVER);
          await editor.done();
          const again = await editor.ask<Record<string, unknown>>(held(id));
          again.should.containDeep(saved);
        });

        it('has help', async () => {
          await editor.ask(`RED.sidebar.help.show('${type}')`);
          const help = editor.page.locator('.red-ui-help');
          await help.locator('h3').first().waitFor();
          const text = await editor.ask<string>("$('.red-ui-help').text()");
          text.should.not.match(LEFTOVER);
          if (language === 'zh-CN') text.should.match(/\p{Script=Han}{8}/u);
          else text.should.not.match(/\p{Script=Han}/u);
          await editor.picture(`${language}-${type}-help`);
        });
      });
    });

    describe('together', () => {
      it('leave the console clean', () => {
        editor.problems.should.deepEqual([]);
      });
    });
  });
}
