import { connectAsync, type MqttClient } from 'mqtt';
import should from 'should';
import type { Emulator } from '../../emulator/emulator';
import type { Editor } from '../support/browser';
import { listening } from '../support/emulator';
import { needs } from '../support/machine';
import type { NodeRed } from '../support/node-red';
import { PROJECT, withEditor } from './with-editor';

const EVIL = '<img src=x onerror=hacked=1>';
/** The same without a blank, which the name of a device or of a stream cannot have. */
const EVIL_LEVEL = '<script>hacked=1';
const DEVICE = `DU_${EVIL_LEVEL}`;
const LEVELS: readonly string[] = ['device', 'devices', 'streams'];
const place = { z: 'tab', cloud: PROJECT[0]?.id, qos: 1 };

describe('names that are HTML, in a browser', function () {
  needs(this, 'chromium');
  this.timeout(120_000);
  let editor: Editor;
  let device: MqttClient;
  const nodes = [
    { id: 'tab', type: 'tab', label: 'Test' },
    { id: 'in', type: 'ezt-in', ...place, x: 200, y: 80, types: [], devices: [], wires: [] },
    {
      id: 'command',
      type: 'ezt-command-out',
      ...place,
      x: 200,
      y: 160,
      device: DEVICE,
      method: EVIL,
      wires: [],
    },
    { id: 'attributes', type: 'ezt-attr-out', ...place, x: 200, y: 240, device: DEVICE },
    ...PROJECT,
  ];
  async function prepare(emulator: Emulator, red: NodeRed) {
    await listening(red, String(PROJECT[0]?.id), 6);
    device = await connectAsync(emulator.deviceEndpoint, {
      username: DEVICE,
      password: emulator.deviceSecret,
      ca: emulator.ca,
    });
    const send = (channel: string, message: string) => device.publishAsync(channel, message, { qos: 1 });
    await send(`event_report/${DEVICE}`, JSON.stringify({ method: EVIL, params: {} }));
    await send(`data/${DEVICE}/${EVIL_LEVEL}`, 'x');
    // The platform drops a device's report with such a name, but another application may publish one.
    const application = await connectAsync(emulator.endpoint, {
      username: emulator.projectKey,
      password: emulator.projectSecret,
      ca: emulator.ca,
    });
    const attributes = `open/${emulator.projectKey}/${DEVICE}/attributes`;
    await application.publishAsync(attributes, JSON.stringify({ [EVIL]: 1 }), { qos: 1 });
    const replies = `open/${emulator.projectKey}/${DEVICE}/command_reply`;
    const reply = JSON.stringify({ method: EVIL, params: {}, id: 1 });
    await application.publishAsync(replies, reply, { qos: 1 });
    await application.endAsync();
  }
  after(() => {
    device?.end(true);
  });
  withEditor(
    (started) => {
      editor = started.editor;
    },
    { emulator: { builtIn: false }, nodes, prepare },
  );

  const suggestion = () => editor.page.locator('.ezt-picker:visible [role=option]');

  for (const [node, fields] of [
    ['in', ['devices', 'attributes', 'methods', 'streams']],
    ['attributes', ['device', 'attribute']],
    ['command', ['device', 'method']],
  ] as const) {
    it(`are text in the suggestions of ${node}, and what is chosen stays as it is`, async () => {
      const form = await editor.open(node);
      for (const field of fields) {
        const input = form.locator(`#node-input-${field}`);
        const evil = LEVELS.includes(field) ? EVIL_LEVEL : EVIL;
        await input.fill('');
        await input.pressSequentially('hacked');
        await suggestion().filter({ hasText: evil }).first().waitFor();
        await editor.picture(`hostile-${node}-${field}`);
        await editor.page.keyboard.press('ArrowDown');
        await editor.page.keyboard.press('Enter');
        (await input.inputValue()).should.containEql(evil);
        if (field === 'attribute') await input.fill(''); // seen, but not to be sent: the node would be invalid
      }
      await editor.page.locator('#node-dialog-ok').click();
      await editor.page.locator('.red-ui-tray').waitFor({ state: 'detached' });
    });
  }

  it('are text in labels, statuses, errors and tooltips', async () => {
    await editor.deploy();
    await editor.ask("RED.sidebar.show('info')");
    await editor.page.locator('[id="command"]').hover();
    await editor.picture('hostile-workspace');
  });

  it('have run nothing', async () => {
    should(await editor.ask('typeof hacked')).equal('undefined');
    should(await editor.page.locator('img[src="x"]').count()).equal(0);
    editor.problems.should.deepEqual([]);
  });
});
