import type { Browser, Locator } from 'playwright-core';
import should from 'should';
import type { Emulator } from '../../emulator/emulator';
import { type Editor, type Language, openEditor, startBrowser } from '../support/browser';
import { environment, startFastEmulator } from '../support/emulator';
import { until } from '../support/events';
import { example, named } from '../support/examples';
import { type HttpProxyServer, startHttpProxy } from '../support/http-proxy';
import { needs } from '../support/machine';
import { type NodeRed, startNodeRed } from '../support/node-red';

const tour = example('tour.json');
const CONFIG = named(tour, 'EZtCloud project').id;
const PASSWORD = 'password-of-the-proxy';
const SECRET = 'secret-of-the-project';

const SAYS: Record<
  Language,
  Record<'untrusted' | 'next' | 'issuer' | 'missed' | 'changed' | 'login' | 'enter', RegExp>
> = {
  'en-US': {
    untrusted: /untrusted CA/,
    next: /What to do: .*add it: TLS, .*upload/,
    issuer: /Issued by: EZtCloud emulator/,
    missed: /not reached/,
    changed: /have changed/,
    login: /proxy login refused/,
    enter: /What to do: Enter the user name and password of the proxy/,
  },
  'zh-CN': {
    untrusted: /CA 不受信任/,
    next: /解决方法：.*TLS > .*上传/,
    issuer: /签发者：EZtCloud emulator/,
    missed: /未执行/,
    changed: /设置已更改/,
    login: /代理认证失败/,
    enter: /解决方法：请填写代理的用户名和密码/,
  },
};
/** Names and codes that are the same in every language; anything else in Latin letters is English. */
const NAMES =
  /EZtCloud( emulator)?|TLSv1\.\d|TLS|MQTT|mqtts|wss|HTTP|HTTPS_PROXY|NO_PROXY|CONNECT|Node-RED|Node\.js|DNS|CA\b|projectKey|projectSecret|SOCKS|localhost|http:|E[A-Z]{4,}|[A-Z]+(_[A-Z]+)+/g;

describe('The report of a connection test in a browser', function () {
  needs(this, 'chromium');
  this.timeout(120_000);
  let emulator: Emulator;
  let proxy: HttpProxyServer;
  let red: NodeRed;
  let browser: Browser;
  before(async () => {
    emulator = await startFastEmulator();
    proxy = await startHttpProxy({ credentials: `user:${PASSWORD}` });
    red = await startNodeRed({ env: environment(emulator) });
    await red.deploy(tour.nodes);
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await red?.stop();
    await proxy?.stop();
    await emulator?.stop();
  });

  for (const language of ['en-US', 'zh-CN'] as const) {
    describe(language, () => {
      const says = SAYS[language];
      let editor: Editor;
      let form: Locator;
      const input = (name: string) => form.locator(`#node-config-input-${name}`);
      async function test(): Promise<string[]> {
        await form.locator('#ezt-test').click();
        await form.locator('#ezt-test-result:not([aria-busy]) > div').first().waitFor();
        const rows = await form.locator('#ezt-test-result > div').allInnerTexts();
        if (language === 'zh-CN') should(rows.join('\n').replace(NAMES, '')).not.match(/[a-z]{2,}/i);
        return rows;
      }
      before(async () => {
        editor = await openEditor(browser, red.url, language);
        await editor.ask(`RED.editor.editConfig('', 'eztcloud-config', '${CONFIG}')`);
        form = await editor.topmost();
        await input('endpoint').fill(emulator.endpoint);
        await input('projectKey').fill(emulator.projectKey);
        await input('projectSecret').fill(emulator.projectSecret);
      });
      after(() => editor?.close());

      it('says why TLS failed, who issued the certificate, what to do, and what was not reached', async () => {
        await input('tls').selectOption({ index: (await input('tls').locator('option').count()) - 1 });
        const [, , tls, credentials, subscription] = await test();
        for (const said of [says.untrusted, says.next, says.issuer]) should(tls).match(said);
        should(tls).match(/\d{4}-\d\d-\d\d/);
        for (const row of [credentials, subscription]) should(row).startWith('–').and.match(says.missed);
        await editor.picture(`test-report-untrusted-${language}`);
      });

      it('is withdrawn when a field changes, not when it only was left', async () => {
        await input('endpoint').focus();
        await input('endpoint').blur();
        await input('endpoint').dispatchEvent('change');
        (await form.locator('#ezt-test-result > div').count()).should.equal(6);
        await input('projectSecret').fill(SECRET);
        const rows = await form.locator('#ezt-test-result > div').allInnerTexts();
        rows.should.have.length(1);
        should(rows[0]).match(says.changed);
        (await form.locator('#ezt-test-copy').count()).should.equal(0);
        await input('projectSecret').fill(emulator.projectSecret);
      });

      it('takes a proxy that is not deployed, and names what it refuses', async () => {
        await form.locator('#node-config-input-btn-proxy-add').click();
        let dialog = await editor.topmost();
        await dialog.locator('#node-config-input-url').fill(proxy.url);
        await dialog.locator('#node-config-dialog-ok').click();
        await editor.page.locator('#node-config-input-url').waitFor({ state: 'detached' });
        form = await editor.topmost();
        const [first, second] = await test();
        for (const said of [/^✗/, says.login, says.enter, /HTTP 407/]) should(first).match(said);
        should(second).startWith('–');
        await editor.picture(`test-report-proxy-${language}`);
        await form.locator('#node-config-input-btn-proxy-edit').click();
        dialog = await editor.topmost();
        await dialog.locator('#node-config-input-useAuth').check();
        await dialog.locator('#node-config-input-username').fill('user');
        await dialog.locator('#node-config-input-password').fill(PASSWORD);
        await dialog.locator('#node-config-dialog-ok').click();
        await editor.page.locator('#node-config-input-url').waitFor({ state: 'detached' });
        form = await editor.topmost();
        const [reached, tls] = await test();
        should(reached).startWith('✓').and.containEql(proxy.url);
        should(tls).startWith('✗').and.match(says.issuer);
      });

      it('can be copied as text, without secrets, also where there is no navigator.clipboard', async () => {
        await editor.ask(`Object.defineProperty(navigator, 'clipboard', { value: undefined })`);
        await editor.ask(`$(document).on('copy', () => { window.copied = document.activeElement.value; })`);
        await form.locator('#ezt-test-copy').click();
        const report = String(await until(() => editor.ask('window.copied'), 2000, 'the report'));
        for (const said of [says.untrusted, says.next, says.issuer, says.missed]) should(report).match(said);
        report.should.containEql(emulator.endpoint).and.containEql(proxy.url);
        report.should.match(/@eztcloud\/node-red-eztcloud \d+\.\d+\.\d+ · Node-RED \d+\.\d+\.\d+/);
        for (const secret of [emulator.projectSecret, emulator.projectKey, PASSWORD])
          report.should.not.containEql(secret);
        await editor.picture(`test-report-copied-${language}`);
      });

      it('is in the language of the editor where there was no test, and the console stays clean', async () => {
        await input('endpoint').fill('mqtts://localhost:1');
        await input('projectSecret').fill('');
        const [row, ...more] = await test();
        should(row).match(
          language === 'zh-CN' ? /^项目缺少 projectSecret|projectSecret/ : /no project secret/,
        );
        more.should.be.empty();
        editor.problems.filter((problem) => !/status of 400/.test(problem)).should.deepEqual([]);
      });
    });
  }
});
