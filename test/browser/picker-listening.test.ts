import { existsSync } from 'node:fs';
import should from 'should';
import { nodeOf } from '../matrix/parts';
import type { Editor } from '../support/browser';
import { until } from '../support/events';
import { needs, path } from '../support/machine';
import type { NodeRed } from '../support/node-red';
import { CLOUD, CORNER, look, NODES, pumps } from './pickers-with-devices';
import { withEditor } from './with-editor';

type Pumps = Awaited<ReturnType<typeof pumps>>;

const NODE = nodeOf('22');

describe('pickers in a browser, in Chinese on Node-RED 5', function () {
  needs(this, 'chromium');
  needs(this, 'node-red-5');
  this.timeout(120_000);
  let editor: Editor;
  let red: NodeRed;
  let sent: Pumps;
  let at: ReturnType<typeof look>;
  withEditor(
    (started) => {
      ({ editor, red } = started);
      at = look(editor.page);
    },
    {
      emulator: { builtIn: false },
      language: 'zh-CN',
      nodeRed: () => ({ nodeRed: path('node-red-5'), ...(existsSync(NODE) && { node: NODE }) }),
      nodes: NODES,
      async prepare(emulator, started) {
        sent = await pumps(emulator, started);
      },
    },
  );
  after(() => sent?.end());

  const status = async () => {
    const response = await red.request(`/eztcloud/${CLOUD}/status`);
    return (await response.json()) as { filters: object; counters: Record<string, number> };
  };
  const everything = async () =>
    Object.keys((await status()).filters).filter((filter) => filter.includes('/+/')).length;
  const cancel = async () => {
    await editor.page.locator('#node-dialog-cancel').click();
    await editor.page.locator('.red-ui-tray').waitFor({ state: 'detached' });
  };

  it('offer what is known, and opening and closing a form changes nothing', async () => {
    await editor.open('in');
    const { chips, names, held } = at.field('devices');
    await chips.nth(1).waitFor();
    should(await names()).eql(['Pump 1', '#north']);
    await held.click(CORNER);
    await at.options().nth(1).waitFor();
    await editor.picture('picker-zh-devices');
    await editor.page.keyboard.press('Escape');
    await at.field('attributes').held.click(CORNER);
    const pressure = (await at.rows(4)).find(([name]) => name === 'pressure');
    should(pressure?.slice(0, 2)).eql(['pressure', '2.5']);
    should(pressure?.[2]).match(/^数值 · (刚刚|1 分钟前)$/);
    await editor.picture('picker-zh-attributes');
    await editor.page.keyboard.press('Escape');
    await editor.done();
    should(await editor.ask("RED.nodes.node('in').changed === true")).be.false();
  });

  it('say why there is nothing', async () => {
    await editor.open('push');
    const { held } = at.field('device');
    await editor.page.locator('#node-input-cloud').selectOption('_ADD_');
    await held.click(CORNER);
    await at.popup().getByText('未选择项目').waitFor();
    await editor.page.keyboard.press('Escape');
    // The editor of a project that is new.
    await editor.ask("$('#node-input-cloud').append('<option value=fresh>fresh</option>')");
    await editor.page.locator('#node-input-cloud').selectOption('fresh');
    await held.click(CORNER);
    await at.popup().getByText('此项目尚未部署').waitFor();
    await editor.picture('picker-zh-empty');
    await cancel();
  });

  it('listen to everything when asked, show what comes, and end with the form', async () => {
    const delivered = async () => (await status()).counters.delivered;
    const before = await delivered();
    await editor.open('command');
    await at.field('device').held.click(CORNER);
    should(await everything()).equal(1); // the replies that the command node awaits
    await at.listen().click();
    await at
      .listen()
      .getByText(/剩余 \d+ 秒/)
      .waitFor();
    await until(async () => (await everything()) === 6, 5_000, 'all six subscriptions');
    await sent.publish('DU_hidden/online', { online: true });
    await at.options().getByText('DU_hidden').waitFor();
    await at.popup().locator('.ezt-dot-online').first().waitFor();
    await editor.picture('picker-zh-listening');
    await cancel();
    await until(async () => (await everything()) === 1, 5_000, 'the end of the subscriptions');
    should(await delivered()).equal(before);
  });

  it('leave the console clean', () => editor.problems.should.deepEqual([]));
});
