import { createServer, type Socket } from 'node:net';
import type { Browser, Locator } from 'playwright-core';
import should from 'should';
import type { Emulator } from '../../emulator/emulator';
import { type Editor, type Language, openEditor, startBrowser } from '../support/browser';
import { environment, startFastEmulator } from '../support/emulator';
import { until } from '../support/events';
import { example, named } from '../support/examples';
import { needs } from '../support/machine';
import { type NodeRed, startNodeRed } from '../support/node-red';
import { freePort } from '../support/ports';

const tour = example('tour.json');
const CONFIG = named(tour, 'EZtCloud project').id;
const WRONG: Record<Language, string> = {
  'en-US': 'wrong key or secret',
  'zh-CN': 'key 或 secret 错误',
};

const ELSEWHERE: Record<Language, string> = {
  'en-US': 'wrong host name',
  'zh-CN': '证书与主机名不符',
};

describe('Test connection in a browser', function () {
  needs(this, 'chromium');
  this.timeout(120_000);
  let emulator: Emulator;
  let red: NodeRed;
  let browser: Browser;
  before(async () => {
    emulator = await startFastEmulator();
    red = await startNodeRed({ env: environment(emulator) });
    await red.deploy(tour.nodes);
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await red?.stop();
    await emulator?.stop();
  });

  for (const language of ['en-US', 'zh-CN'] as const) {
    describe(language, () => {
      let editor: Editor;
      let form: Locator;
      const rows = () => form.locator('#ezt-test-result > div').allTextContents();
      /** Presses the button and waits for the answer; resolves with its rows. */
      async function test(): Promise<string[]> {
        await form.locator('#ezt-test').click();
        await form.locator('#ezt-test-result:not([aria-busy]) > div').first().waitFor();
        return rows();
      }
      before(async () => {
        editor = await openEditor(browser, red.url, language);
        await editor.ask(`RED.editor.editConfig('', 'eztcloud-config', '${CONFIG}')`);
        form = await editor.topmost();
      });
      after(() => editor?.close());

      it('ticks its five steps with what is stored', async () => {
        const [name, tcp, tls, credentials, subscription, outcome, ...more] = await test();
        for (const row of [name, tcp, tls, credentials, subscription]) should(row).match(/^✓.*\d+ (ms|毫秒)/);
        should(outcome).not.match(/✗/);
        more.should.deepEqual([]);
        await editor.picture(`test-passed-${language}`);
      });

      it('crosses the credentials for a wrong secret, and says so', async () => {
        await form.locator('#node-config-input-projectSecret').fill('wrong');
        const found = await test();
        found
          .slice(0, 3)
          .every((row) => row.startsWith('✓'))
          .should.be.true();
        should(found[3]).startWith('✗');
        should(found[3]).containEql(WRONG[language]);
        found.join('').should.not.match(/eztcloud\.|undefined/);
        await editor.picture(`test-wrong-secret-${language}`);
      });

      it('asks for the secret again before it sends it elsewhere', async () => {
        await form.locator('#node-config-dialog-cancel').click();
        await editor.page.locator('.red-ui-tray').waitFor({ state: 'detached' });
        await editor.ask(`RED.editor.editConfig('', 'eztcloud-config', '${CONFIG}')`);
        form = await editor.topmost();
        await form.locator('#node-config-input-endpoint').fill('mqtts://localhost:1');
        const found = await test();
        found.should.have.length(1);
        await editor.picture(`test-elsewhere-${language}`);
        await form.locator('#node-config-input-projectSecret').fill('mine');
        (await test()).should.have.length(1); // the key comes from a variable
        await form.locator('#node-config-input-projectKey').fill('PR_mine');
        const steps = await test();
        should(steps[1]).startWith('✗');
        await editor.picture(`test-closed-${language}`);
      });

      it('ends when its dialog is closed: the next one need not wait', async () => {
        const sockets: Socket[] = [];
        const silent = createServer((socket) => sockets.push(socket.resume()));
        const port = await freePort();
        await new Promise<void>((resolve) => silent.listen(port, '127.0.0.1', resolve));
        await form.locator('#node-config-input-endpoint').fill(`127.0.0.1:${port}`);
        await form.locator('#ezt-test').click();
        await until(() => sockets.length === 1, 5000, 'the test to begin');
        await form.locator('#node-config-dialog-cancel').click();
        await until(() => sockets[0]?.closed, 5000, 'the test to end');
        await new Promise((resolve) => silent.close(resolve));
        await editor.page.locator('.red-ui-tray').waitFor({ state: 'detached' });
        await editor.ask(`RED.editor.editConfig('', 'eztcloud-config', '${CONFIG}')`);
        form = await editor.topmost();
        should((await test())[4]).startWith('✓');
      });

      it('takes a TLS configuration as it is in the editor, deployed or not', async () => {
        await form.locator('#node-config-input-btn-tls-add').click();
        const tls = await editor.topmost();
        await tls.locator('#node-config-input-servername').fill('elsewhere.example');
        // What a file that is chosen ends in.
        await editor.ask(`$('#node-config-input-cadata').val(${JSON.stringify(emulator.ca)})`);
        await tls.locator('#node-config-dialog-ok').click();
        await editor.page.locator('#node-config-input-servername').waitFor({ state: 'detached' });
        form = await editor.topmost();
        const found = await test();
        should(found[2]).startWith('✗');
        should(found[2]).containEql(ELSEWHERE[language]);
        await editor.picture(`test-changed-tls-${language}`);
      });

      it('leaves the running connection alone and the console clean', () => {
        [...emulator.brokers.applications.clients].length.should.equal(1);
        // The browser notes an answer of 400 by itself.
        editor.problems.filter((problem) => !/status of 400/.test(problem)).should.deepEqual([]);
      });
    });
  }
});
