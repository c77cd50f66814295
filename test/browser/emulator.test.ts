import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator } from 'playwright-core';
import should from 'should';
import { type Editor, type Language, openEditor, startBrowser } from '../support/browser';
import { until } from '../support/events';
import { example } from '../support/examples';
import { localEmulator, projectConnected } from '../support/local-emulator';
import { needs } from '../support/machine';
import { type NodeRed, startNodeRed } from '../support/node-red';

const TEXTS: Record<Language, Record<'running' | 'refused' | 'stopped' | 'name' | 'what', RegExp>> = {
  'en-US': {
    running: /^Running since .+, connections: \d+\.$/,
    refused: /no permission/,
    stopped: /^Stopped\.$/,
    name: /^Emulator$/,
    what: /simulated platform/,
  },
  'zh-CN': {
    running: /^自 .+ 起运行，连接数：\d+。$/,
    refused: /没有.*权限/,
    stopped: /^已停止。$/,
    name: /^模拟器$/,
    what: /模拟的平台/,
  },
};

describe('Use the emulator in a browser', function () {
  needs(this, 'chromium');
  this.timeout(120_000);
  let red: NodeRed;
  let browser: Browser;
  let editor: Editor;
  before(async () => {
    red = await startNodeRed();
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await red?.stop();
  });

  const says = (form: Locator, text: RegExp) =>
    form.locator('#ezt-emulator-state').filter({ hasText: text }).waitFor();
  const value = (form: Locator, name: string) => form.locator(`#node-config-input-${name}`).inputValue();
  const dialog = async (id: string) => {
    await editor.ask(`RED.editor.editConfig('', 'eztcloud-config', '${id}')`);
    return editor.topmost();
  };
  const ids = (type: string) =>
    editor.ask<string[]>(
      `(() => { const ids = []; RED.nodes.eachConfig((c) => { if (c.type === '${type}') ids.push(c.id); return true; }); return ids; })()`,
    );
  const connected = (id: string) => projectConnected(red, id);
  const filledIn = (form: Locator) =>
    until(async () => /^mqtts:/.test(await value(form, 'endpoint')), 10_000, 'the access point');
  const authority = (tls: string) => editor.ask<string>(`RED.nodes.node('${tls}').ca`);
  const cancel = async () => {
    await editor.page.locator('#node-config-dialog-cancel').click();
    await editor.page.locator('.red-ui-tray').waitFor({ state: 'detached' });
  };
  const stop = async (form: Locator, text: RegExp) => {
    await form.locator('#ezt-emulator-stop').click();
    await says(form, text);
  };

  for (const language of ['en-US', 'zh-CN'] as const) {
    describe(language, () => {
      const texts = TEXTS[language];
      let project: string;
      before(async () => {
        await red.deploy([{ id: 'flow', type: 'tab', label: 'Flow' } as never]);
        editor = await openEditor(browser, red.url, language);
      });
      after(async () => {
        await localEmulator(red).stop();
        should(editor.problems.filter((problem) => !/403/.test(problem))).deepEqual([]);
        await editor.close();
      });

      it('says why a click is refused, and leaves nothing behind when the dialog is cancelled', async () => {
        const form = await dialog('_ADD_');
        await says(form, texts.stopped);
        should(await form.locator('#ezt-emulator-what').textContent()).match(texts.what);
        should(await form.locator('#ezt-emulator-stop').isVisible()).be.false();
        const { page } = editor;
        await page.route('**/eztcloud/emulator/start', (route) => route.fulfill({ status: 403, json: {} }));
        await form.locator('#ezt-emulator-use').click();
        await says(form, texts.refused);
        for (const _ of [1, 2]) await page.waitForResponse('**/eztcloud/emulator');
        await says(form, texts.refused);
        await page.unrouteAll();
        await form.locator('#ezt-emulator-use').click();
        await filledIn(form);
        should(await ids('tls-config')).have.length(1);
        await stop(form, texts.stopped);
        await cancel();
        should(await ids('tls-config')).deepEqual([]);
        should(await editor.ask('RED.nodes.dirty()')).be.false();
      });

      it('makes an empty form a usable project with one click', async () => {
        const form = await dialog('_ADD_');
        await form.locator('#ezt-emulator-use').dblclick();
        await says(form, texts.running);
        should(await value(form, 'name')).match(texts.name);
        should(await value(form, 'endpoint')).match(/^mqtts:\/\/localhost:\d+$/);
        should(await value(form, 'projectKey')).equal('PR_emulator01');
        should(await value(form, 'projectSecret')).match(/^[0-9a-f]{40}$/);
        should(await ids('tls-config')).deepEqual([await value(form, 'tls')]);
        await form.locator('#ezt-test').click();
        await form.locator('#ezt-test-result:not([aria-busy]) > div').first().waitFor();
        should(await form.locator('#ezt-test-result').textContent()).not.match(/✗/);
        await editor.picture(`emulator-${language}`);
        await editor.done();
        [project = ''] = await ids('eztcloud-config');

        const node = await editor.drag('ezt-in', 200, 100);
        const inForm = await editor.open(node);
        await inForm.locator('#node-input-cloud').selectOption(project);
        await editor.done();
        await editor.deploy();
        await connected(project);
      });

      it('says how many are connected, and stops and starts it without a change to the form', async () => {
        const form = await dialog(project);
        await says(form, /[1-9](\.|。)$/);
        await stop(form, texts.stopped);
        await form.locator('#ezt-emulator-use').click();
        await says(form, texts.running);
        should(await value(form, 'projectSecret')).equal('__PWRD__');
        await form.locator('#ezt-test').click();
        await form.locator('#ezt-test-result:not([aria-busy]) > div').first().waitFor();
        should(await form.locator('#ezt-test-result').textContent()).not.match(/✗/);
        await editor.done();
        should(await editor.ask('RED.nodes.dirty()')).be.false();
        await connected(project);
      });

      it('makes an imported example one of its projects, and repairs the TLS configuration that it brings', async () => {
        const nodes = JSON.stringify(example('tour.json').nodes);
        await editor.ask(`RED.view.importNodes(${nodes}, { addFlow: true, touchImport: true })`);
        const before = await ids('tls-config');
        const imported = (await ids('eztcloud-config')).find((id) => id !== project) ?? '';
        const form = await dialog(imported);
        const tls = await value(form, 'tls');
        await form.locator('#ezt-emulator-use').click();
        await filledIn(form);
        should(await value(form, 'tls')).equal(tls);
        should(await ids('tls-config')).deepEqual(before);
        await editor.done();
        should(await authority(tls)).equal('');
        await editor.ask('RED.history.pop()');
        await editor.ask('RED.history.pop()');
        should(await authority(tls)).equal(`$${'{EZT_CA_FILE}'}`);
        await editor.ask('RED.history.redo()');
        await editor.ask('RED.history.redo()');
        const lines = red.log.length;
        await editor.deploy();
        await connected(imported);
        await connected(project);
        should(red.log.slice(lines).filter((line) => line.includes('[error]'))).deepEqual([]);
      });

      it('uses the TLS configuration that there is', async () => {
        const before = await ids('tls-config');
        const form = await dialog('_ADD_');
        await form.locator('#ezt-emulator-use').click();
        await filledIn(form);
        should(before).containEql(await value(form, 'tls'));
        should(await ids('tls-config')).deepEqual(before);
        await cancel();
      });
    });
  }

  describe('afterwards', () => {
    it('keeps no secret of it on disk in readable form', () => {
      const kept = readFileSync(join(red.userDir, 'eztcloud/emulator/emulator.json'), 'utf8');
      should(JSON.parse(kept)).have.properties({ version: 1, wanted: false });
      should(red.log.join('\n')).not.match(/[0-9a-f]{40}/);
    });
  });
});
