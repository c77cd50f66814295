import type { MqttClient } from 'mqtt';
import { connectAsync } from 'mqtt';
import type { Flow } from 'node-red-node-test-helper';
import should from 'should';
import type { Emulator } from '../../emulator/emulator';
import { type Editor, openEditor } from '../support/browser';
import { listening } from '../support/emulator';
import { needs } from '../support/machine';
import type { NodeRed } from '../support/node-red';
import { PROJECT, withEditor } from './with-editor';

const cloud = String(PROJECT.find(({ type }) => type === 'eztcloud-config')?.id);
const EVIL = '<img src=x onerror=hacked=1>';
/** Devices besides the ones that tests are about. */
const CROWD = 300;
const nodes: Flow = [
  { id: 'tab', type: 'tab', label: 'Test' },
  { id: 'in', type: 'ezt-in', z: 'tab', cloud, qos: 1, x: 200, y: 80, types: [], devices: [], wires: [] },
  { id: 'closed-in', type: 'ezt-in', z: 'tab', cloud: 'closed', x: 200, y: 140, wires: [] },
  ...PROJECT.filter(({ id }) => id === cloud).map((node) => ({
    ...node,
    id: 'closed',
    endpoint: 'localhost:1',
  })),
  { id: 'broken', type: 'eztcloud-config', name: EVIL, endpoint: 'mqtts://127.0.0.1:1' },
  ...PROJECT.map((node) =>
    node.id === cloud ? { ...node, aliases: { DU_1: { name: EVIL, tags: ['north'] } } } : node,
  ),
];

describe('the sidebar in a browser', function () {
  needs(this, 'chromium');
  this.timeout(120_000);
  let editor: Editor;
  let emulator: Emulator;
  let application: MqttClient;
  /** Paths of the requests to our routes. */
  const asked: string[] = [];

  async function prepare(started: Emulator, red: NodeRed) {
    await listening(red, cloud, 6);
    application = await connectAsync(started.endpoint, {
      username: started.projectKey,
      password: started.projectSecret,
      ca: started.ca,
    });
    emulator = started;
    for (let i = 0; i < CROWD; i += 1) await send(`DU_crowd${1000 + i}/attributes`, { level: i });
    await send('DU_1/attributes', { temperature: 21.5, note: EVIL });
    await send('DU_1/online', { online: true });
    await send('DU_2/alarm', { alerting: true });
  }
  const send = (path: string, payload: unknown) =>
    application.publishAsync(`open/${emulator.projectKey}/${path}`, JSON.stringify(payload), { qos: 1 });

  withEditor(
    (started) => {
      editor = started.editor;
      editor.page.on('request', (request) => {
        const { pathname } = new URL(request.url());
        if (pathname.startsWith('/eztcloud/')) asked.push(pathname.replace('/eztcloud/', ''));
      });
    },
    { emulator: { builtIn: false }, nodes, prepare },
  );
  after(() => void application?.end(true));

  const view = (name: string) => editor.page.locator(`.ezt-tabs button[data-view=${name}]`).click();
  const rows = () => editor.page.locator('.ezt-row');
  const row = (text: string) => rows().filter({ hasText: text });
  const messages = () => editor.page.locator('.ezt-message:not([hidden])');
  const node = (type: string) =>
    editor.ask<Record<string, unknown> | undefined>(
      `(() => { let found; RED.nodes.eachNode((n) => { if (n.type === '${type}' && n.id !== 'in' && n.id !== 'closed-in') found = n; });
        return found && { cloud: found.cloud, device: found.device, devices: found.devices, x: found.x, y: found.y }; })()`,
    );
  const undo = () => editor.ask('RED.actions.invoke("core:undo")');
  const answered = (route: string) =>
    editor.page.waitForResponse((response) => response.url().includes(`/eztcloud/${route}`));

  it('asks nothing before it is opened', async () => {
    should(asked).eql([]);
    await Promise.all([answered('projects'), editor.ask('RED.sidebar.show("eztcloud")')]);
  });

  it('shows each connection with its state and counters, and why one does not work', async () => {
    const card = editor.page.locator(`.ezt-card[data-project=${cloud}]`);
    await card
      .locator('.ezt-card-state')
      .filter({ hasText: /^connected · for / })
      .waitFor();
    const counted = (name: string, text: RegExp) =>
      card.locator(`[data-count=${name}] dd`).filter({ hasText: text }).waitFor();
    await counted('devices', new RegExp(`^${CROWD + 2}$`));
    await counted('received', new RegExp(`^${CROWD + 3}`));
    should(await card.locator('.ezt-card-where').textContent()).match(/MQTT 5$/);
    await card.locator('summary').click();
    should(await card.locator('.ezt-filters li').count()).equal(6);
    const broken = editor.page.locator('.ezt-card[data-project=broken]');
    should(await broken.locator('h3').textContent()).equal(EVIL);
    should(await broken.locator('.ezt-card-why').textContent()).match(/^no project key/);
    const closed = editor.page.locator('.ezt-card[data-project=closed] .ezt-card-why');
    await closed.filter({ hasText: /^port closed · Check the port/ }).waitFor();
    await editor.picture('sidebar-connections');
  });

  it('says why one does not work in the language of its user', async () => {
    const browser = editor.page.context().browser();
    if (!browser) throw new Error('no browser');
    const chinese = await openEditor(browser, editor.page.url(), 'zh-CN');
    await chinese.ask('RED.sidebar.show("eztcloud")');
    const why = (id: string, text: RegExp) =>
      chinese.page.locator(`.ezt-card[data-project=${id}] .ezt-card-why`).filter({ hasText: text }).waitFor();
    await why('closed', /^端口未开放 · 请检查端口[^a-z]*mqtts[^a-z]*wss[^a-z]*$/);
    await why('broken', /^缺少 projectKey · 项目缺少 projectKey：请从控制台复制。$/);
    for (const name of ['connections', 'devices', 'messages']) {
      await chinese.page.locator(`.ezt-tabs button[data-view=${name}]`).click();
      await chinese.page
        .locator({ connections: '.ezt-card', devices: '.ezt-row', messages: '.ezt-message' }[name] ?? '')
        .first()
        .waitFor();
      await chinese.picture(`sidebar-${name}-zh-CN`);
    }
    should(chinese.problems).eql([]);
    await chinese.close();
  });

  it('copies a report without secrets', async () => {
    await editor.ask(
      'document.addEventListener("copy", () => { window.copied = document.activeElement.value; })',
    );
    await editor.page.locator(`.ezt-card[data-project=${cloud}] button`).click();
    const report = await editor.ask<string>('window.copied');
    should(report).match(/^State: connected$/m);
    should(report).containEql('open/<project key>/+/attributes (1)');
    for (const secret of [emulator.projectSecret, emulator.projectKey]) should(report).not.containEql(secret);
  });

  it('lists devices: only the rows in sight exist, and scrolling brings others', async () => {
    await view('devices');
    await row('DU_crowd1000').waitFor();
    should(await editor.page.locator('.ezt-devices .ezt-count').textContent()).equal(`Devices: ${CROWD + 2}`);
    should(await rows().count()).be.below(80);
    const list = editor.page.locator('.ezt-rows');
    await list.focus();
    await editor.page.keyboard.press('End');
    await row('DU_crowd1299').waitFor();
    await editor.page.keyboard.press('Home');
    await row('DU_1').waitFor();
    should(await list.getAttribute('aria-activedescendant')).equal(await row('DU_1').getAttribute('id'));
    should(await row('DU_1').getAttribute('aria-selected')).equal('true');
  });

  it('finds devices by name, username, tag and state', async () => {
    const search = editor.page.locator('.ezt-devices input');
    const count = (text: string) =>
      editor.page.locator('.ezt-devices .ezt-count').filter({ hasText: new RegExp(`^Devices: ${text}$`) });
    for (const wanted of ['ONERROR', '#north', 'du_1']) {
      await search.fill(wanted);
      await count('1').waitFor();
      should(await rows().locator('.ezt-name').allInnerTexts()).eql([EVIL]);
    }
    await search.fill('nobody');
    await editor.page.locator('.ezt-nothing').filter({ hasText: 'No device fits.' }).waitFor();
    await search.fill('');
    for (const [state, name] of [
      ['alarm', 'DU_2'],
      ['online', EVIL],
    ] as const) {
      await editor.page.locator('.ezt-devices select').selectOption(state);
      await row(name).waitFor();
      await count('1').waitFor();
      should(await rows().locator('.ezt-name').allInnerTexts()).eql([name]);
    }
  });

  it('opens a device with its last values, live; a click copies one', async () => {
    await row('DU_1').click();
    const value = (name: string) =>
      editor.page
        .locator('.ezt-values tr')
        .filter({ has: editor.page.locator('th', { hasText: name }) })
        .locator('.ezt-value');
    await value('temperature')
      .filter({ hasText: /^21\.5$/ })
      .waitFor();
    should(await value('note').textContent()).equal(EVIL);
    await send('DU_1/attributes', { temperature: 22.5, mode: 'auto' });
    await value('temperature')
      .filter({ hasText: /^22\.5$/ })
      .waitFor();
    should(await value('mode').textContent()).equal('auto');
    await value('note').click();
    should(await editor.ask('window.copied')).equal(EVIL);
    await editor.picture('sidebar-device');
  });

  it('puts a ready node for the device on the workspace: by the button, by keys, undoable', async () => {
    await editor.page.locator('.ezt-ready button').nth(1).click();
    should(await node('ezt-attr-out')).containEql({ cloud, device: 'DU_1' });
    await undo();
    should(await node('ezt-attr-out')).equal(undefined);
    await editor.page.locator('.ezt-rows').focus();
    await editor.page.keyboard.press('+');
    await editor.page.locator('.red-ui-popover-panel:visible a').nth(2).waitFor();
    for (const key of ['ArrowDown', 'ArrowDown', 'Enter']) await editor.page.keyboard.press(key);
    should(await node('ezt-command-out')).containEql({ cloud, device: 'DU_1' });
    should(await editor.ask('document.activeElement.className')).equal('ezt-rows');
    await undo();
  });

  it('takes a device that is dragged onto the workspace', async () => {
    const chart = editor.page.locator('#red-ui-workspace-chart');
    await row('DU_1').dragTo(chart, { targetPosition: { x: 400, y: 300 } });
    const dropped = await node('ezt-in');
    should(dropped).containEql({ cloud, devices: ['DU_1'] });
    // Node-RED keeps the left edge when it finds how wide the label is.
    should(Number(dropped?.x)).be.within(350, 550);
    should(Number(dropped?.y)).be.within(270, 330);
    await undo();
    should(await node('ezt-in')).equal(undefined);
  });

  it('writes a name with a comma so that it stays one name', async () => {
    await send('DU_a,b/online', { online: true });
    const search = editor.page.locator('.ezt-devices input').first();
    await search.fill('DU_a,b');
    await row('DU_a,b').locator('button').click();
    await editor.page.locator('.red-ui-popover-panel:visible a').nth(1).click();
    should(await node('ezt-attr-out')).containEql({ cloud, device: '"DU_a,b"' });
    await undo();
    await search.fill('');
  });

  it('shows the last messages, by type and by text', async () => {
    await view('messages');
    await messages().first().waitFor();
    await send('DU_1/data/s1', { big: '9007199254740993', evil: EVIL });
    const data = messages().filter({ hasText: 'data' });
    await data.first().waitFor();
    await data.first().locator('button').click();
    should(await data.locator('pre').textContent()).containEql(`"evil": "${EVIL}"`);
    should(await data.locator('.ezt-facts').textContent()).match(
      /^open\/.*\/DU_1\/data\/s1 · QoS 1 · \d+ bytes$/,
    );
    await editor.page.locator('.ezt-messages input').first().fill('evil');
    should(await messages().count()).equal(1);
    await editor.page.locator('.ezt-messages input').first().fill('');
    await editor.page.locator('.ezt-messages select').selectOption('alarm');
    await messages().filter({ hasText: 'DU_2' }).waitFor();
    should(await messages().count()).equal(1);
    await editor.page.locator('.ezt-messages select').selectOption('');
    await editor.page.locator('.ezt-messages input').last().fill('#north');
    await messages().filter({ hasText: 's1' }).waitFor();
    should(await messages().filter({ hasText: 'DU_crowd' }).count()).equal(0);
    await editor.picture('sidebar-messages');
  });

  it('paused, it asks for no messages; then those that came meanwhile appear', async () => {
    const pause = editor.page.locator('.ezt-messages button[aria-pressed]');
    await pause.click();
    const before = asked.filter((path) => path.endsWith('recent')).length;
    await send('DU_1/data/s1', 'while paused');
    for (let i = 0; i < 2; i += 1) {
      await view('messages');
      await Promise.all([answered(`${cloud}/list`), view('devices')]);
    }
    should(asked.filter((path) => path.endsWith('recent')).length).equal(before);
    await view('messages');
    await pause.click();
    await messages().filter({ hasText: 'while paused' }).waitFor();
  });

  it('the views are tabs for the keyboard', async () => {
    const tab = (name: string) => editor.page.locator(`.ezt-tabs button[data-view=${name}]`);
    await tab('messages').focus();
    await editor.page.keyboard.press('ArrowRight');
    should(await tab('connections').getAttribute('aria-selected')).equal('true');
    should(await editor.ask('document.activeElement.dataset.view')).equal('connections');
  });

  it('asks nothing while another tab is open', async () => {
    await editor.ask('RED.sidebar.show("info")');
    await editor.page.clock.install();
    const before = asked.length;
    await editor.ask('document.dispatchEvent(new Event("visibilitychange"))');
    await editor.page.clock.runFor(60_000);
    should(asked.length).equal(before);
    await editor.page.clock.resume();
  });

  it('leaves the console clean, and no name was taken for HTML', async () => {
    editor.problems.should.deepEqual([]);
    should(await editor.ask('window.hacked')).equal(undefined);
  });

  it('says what is missing, and comes back by itself', async () => {
    const { page } = editor;
    const notice = page.locator('.ezt-notice');
    await page.route('**/eztcloud/**', (route) => route.fulfill({ status: 403, body: '' }));
    await editor.ask('RED.sidebar.show("eztcloud")');
    await notice.filter({ hasText: 'no permission' }).waitFor();
    await page.unroute('**/eztcloud/**');
    await page.route('**/eztcloud/**', (route) => route.abort());
    await notice.filter({ hasText: 'does not answer' }).waitFor();
    await page.unroute('**/eztcloud/**');
    await notice.waitFor({ state: 'hidden' });
  });
});
