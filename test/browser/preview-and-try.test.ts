import type { Locator } from 'playwright-core';
import should from 'should';
import { type Editor, type Language, openEditor } from '../support/browser';
import { listening } from '../support/emulator';
import { until } from '../support/events';
import { needs } from '../support/machine';
import type { NodeRed } from '../support/node-red';
import { PROJECT, withEditor } from './with-editor';

const cloud = String(PROJECT.find(({ type }) => type === 'eztcloud-config')?.id);
const place = { z: 'tab', cloud, x: 200, wires: [] };
const WORDS: Record<Language, { replied: RegExp; acknowledged: RegExp; offline: RegExp; waiting: RegExp }> = {
  'en-US': {
    replied: /DU_thermostat has replied/,
    acknowledged: /the broker has it/,
    offline: /EZT_REPLY_TIMEOUT: No reply from DU_nowhere within 0.2 s/,
    waiting: /Waiting for: Alarms of DU_nowhere/,
  },
  'zh-CN': {
    replied: /DU_thermostat 已回复/,
    acknowledged: /服务器已收到/,
    offline: /EZT_REPLY_TIMEOUT: .*DU_nowhere/,
    waiting: /正在等待：DU_nowhere 的告警/,
  },
};

describe('previews and Try it in a browser', function () {
  needs(this, 'chromium');
  this.timeout(120_000);
  const editors = {} as Record<Language, Editor>;
  const nodes = [
    { id: 'tab', type: 'tab', label: 'Test' },
    ...PROJECT.map((node) =>
      node.id === cloud ? { ...node, aliases: { DU_thermostat: { name: 'Hall', tags: [] } } } : node,
    ),
    { id: 'in', type: 'ezt-in', ...place, y: 80, types: [], devices: [], dataFormat: 'auto' },
    { id: 'attr', type: 'ezt-attr-out', ...place, y: 160, device: '', attribute: '' },
    { id: 'command', type: 'ezt-command-out', ...place, y: 240, device: '', method: '' },
  ];
  let red: NodeRed;
  withEditor(
    (started) => {
      red = started.red;
      editors['en-US'] = started.editor;
    },
    { nodes, prepare: (_emulator, red) => listening(red, cloud, 6).then(() => undefined) },
  );
  before(async () => {
    const { page } = editors['en-US'];
    const browser = page.context().browser();
    if (browser) editors['zh-CN'] = await openEditor(browser, page.url(), 'zh-CN');
  });
  after(() => editors['zh-CN']?.close());

  const says = (place: Locator, text: string | RegExp) => place.filter({ hasText: text }).first().waitFor();

  async function cancel({ page }: Editor) {
    await page.locator('#node-dialog-cancel').click();
    await page.locator('.red-ui-tray').waitFor({ state: 'detached' });
  }

  for (const language of ['en-US', 'zh-CN'] as const) {
    const words = WORDS[language];
    const edit = async (id: string) => {
      const editor = editors[language];
      return { editor, tray: await editor.open(id) };
    };

    it(`ezt-in shows the last message as the flow will see it, and follows the form, ${language}`, async () => {
      const { editor, tray } = await edit('in');
      const [live, note] = [tray.locator('#ezt-live-messages'), tray.locator('#ezt-live-note')];
      await tray.locator('#node-input-devices').fill('Hall');
      await tray.locator('#ezt-in-type-attributes').check();
      await says(live.locator('summary'), 'msg.payload : Object');
      await says(live.locator('pre').first(), /"temperature": \d/);
      await says(note, 'DU_thermostat');
      await tray.locator('#ezt-live-filters summary').click();
      await says(tray.locator('#ezt-live-filters li'), '/DU_thermostat/attributes');
      await editor.picture(`in-live-${language}`);
      await tray.locator('#node-input-attributes').fill('temperature');
      await tray.locator('#node-input-output').selectOption('value');
      await tray.locator('#node-input-topic').selectOption('attribute');
      await says(live.locator('summary'), 'msg.payload : number');
      await says(live.locator('summary'), 'msg.topic : DU_thermostat/temperature');
      await tray.locator('#node-input-devices').fill('#nowhere');
      await says(note, 'EZT_DEVICE');
      await tray.locator('#node-input-devices').fill('DU_nowhere');
      await tray.locator('#ezt-in-type-attributes').uncheck();
      await tray.locator('#ezt-in-type-alarm').check();
      await until(async () => !(await live.locator('pre').count()), 5000, 'the last message to go');
      await says(note, words.waiting);
      await editor.picture(`in-waiting-${language}`);
      await cancel(editor);
    });

    it(`ezt-attr-out: topic and JSON, and a push that is tried, ${language}`, async () => {
      const { editor, tray } = await edit('attr');
      const json = tray.locator('#ezt-sending-json');
      await says(json, '‹msg.payload›');
      await says(tray.locator('#ezt-sending-topic'), '/‹msg.device›/attributes_push');
      await tray.locator('#ezt-try').click();
      await tray.locator('#ezt-try-device').fill('Hall');
      await tray.locator('#ezt-try-value').fill('{"relay": tru');
      await says(tray.locator('#ezt-live-note'), 'EZT_PAYLOAD');
      should(await tray.locator('#ezt-try-send').isDisabled()).be.true();
      await editor.picture(`attr-wrong-${language}`);
      await tray.locator('#ezt-try-value').fill('{"relay": true, "<img src=x onerror=alert(1)>": 1}');
      await says(tray.locator('#ezt-live-note'), 'EZT_PAYLOAD');
      await tray.locator('#ezt-try-value').fill('{"relay": true}');
      await says(tray.locator('#ezt-sending-topic'), '/DU_thermostat/attributes_push');
      await says(tray.locator('#ezt-try-send'), 'Hall (DU_thermostat)');
      await tray.locator('#ezt-try-send').click();
      await says(tray.locator('#ezt-try-result'), words.acknowledged);
      await editor.picture(`attr-tried-${language}`);
      await cancel(editor);
    });

    it(`ezt-command-out: a command that is tried, and its reply or its error, ${language}`, async () => {
      const { editor, tray } = await edit('command');
      await tray.locator('#node-input-method').fill('setThreshold');
      await tray.locator('#node-input-device').fill('DU_thermostat');
      await says(tray.locator('#ezt-sending-json'), '"params": ‹msg.payload›');
      await tray.locator('#ezt-try').click();
      await tray.locator('#ezt-try-value').fill('{"value": 31}');
      await says(tray.locator('#ezt-sending-json'), '"value": 31');
      await tray.locator('#ezt-try-send').click();
      await says(tray.locator('#ezt-try-result'), words.replied);
      await says(tray.locator('#ezt-try-result pre'), '"threshold": 31');
      await editor.picture(`command-tried-${language}`);
      await tray.locator('#node-input-device').fill('DU_nowhere');
      await tray.locator('#node-input-timeout').fill('0.2');
      await says(tray.locator('#ezt-try-send'), 'DU_nowhere');
      await tray.locator('#ezt-try-send').click();
      await tray.locator('#node-input-method').fill('');
      await says(tray.locator('#ezt-try-result'), words.offline);
      should(await tray.locator('#ezt-try-send').isDisabled()).be.true();
      await editor.picture(`command-failed-${language}`);
      await cancel(editor);
      should(editor.problems).eql([]);
    });
  }

  it('a dialog that is closed ends the waiting for a reply, and asks for no preview any more', async () => {
    const editor = editors['en-US'];
    const tray = await editor.open('command');
    await tray.locator('#node-input-method').fill('identify');
    await tray.locator('#node-input-device').fill('DU_nowhere');
    await tray.locator('#ezt-try').click();
    await tray.locator('#ezt-try-send:enabled').click();
    const commands = async () => {
      const response = await red.request(`/eztcloud/${cloud}/status`);
      return ((await response.json()) as { commands: number }).commands;
    };
    await until(async () => (await commands()) === 1, 5000, 'the command to wait');
    await cancel(editor);
    await until(async () => (await commands()) === 0, 5000, 'the command to be given up');
    const asked: string[] = [];
    editor.page.on('request', (request) => asked.push(request.url()));
    await editor.ask('new Promise((resolve) => { setTimeout(resolve, 1500); })');
    should(asked.filter((url) => /preview/.test(url))).eql([]);
  });

  it('says to deploy first what is not deployed', async () => {
    const editor = editors['en-US'];
    await editor.ask(`(() => {
      const config = { ...RED.nodes.node('${cloud}'), id: 'fresh', users: [], name: 'fresh' };
      RED.nodes.add(config);
    })()`);
    for (const id of ['in', 'command']) {
      const tray = await editor.open(id);
      await tray.locator('#node-input-cloud').selectOption('fresh');
      await says(tray.locator('#ezt-live-note'), 'Deploy the project first');
      await cancel(editor);
    }
    await editor.ask("RED.nodes.remove('fresh')");
    should(editor.problems).eql([]);
  });

  it('a new node has the only project', async () => {
    const editor = editors['en-US'];
    for (const [i, type] of [
      'ezt-in',
      'ezt-attr-out',
      'ezt-command-out',
      'ezt-device',
      'ezt-watch',
    ].entries()) {
      const id = await editor.drag(type, 400, 60 + 60 * i);
      should(await editor.ask(`RED.nodes.node('${id}').cloud`)).equal(cloud);
      should(await editor.ask(`RED.nodes.node('${cloud}').users.some(({ id }) => id === '${id}')`)).be.true();
    }
  });
});
