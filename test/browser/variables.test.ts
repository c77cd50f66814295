import type { Browser } from 'playwright-core';
import should from 'should';
import { type Editor, openEditor, startBrowser } from '../support/browser';
import { needs } from '../support/machine';
import { type NodeRed, startNodeRed } from '../support/node-red';

const variable = (name: string): string => `\${${name}}`;
const withoutQos = { version: 1, z: 'tab', wires: [], name: '', cloud: 'cloud' };
const place = { ...withoutQos, qos: variable('QOS') };
const lists = (value: unknown) =>
  Object.fromEntries(['devices', 'types', 'streams', 'attributes', 'methods'].map((name) => [name, value]));

/** Nodes that hold a variable wherever they can, in the form of a name that only Node-RED itself knows to be one. */
const NODES = [
  {
    id: 'in',
    type: 'ezt-in',
    ...place,
    ...lists([variable('$parent.LIST')]),
    dataFormat: variable('保活'),
    output: variable('ezt-out'),
    own: variable('ezt-own'),
    initial: variable('ezt-initial'),
    when: variable('ezt-when'),
    deadband: variable('ezt-deadband'),
    topic: variable('ezt-topic'),
    x: 200,
    y: 80,
  },
  {
    id: 'whole',
    type: 'ezt-in',
    ...place,
    ...lists(variable('ezt-list')),
    dataFormat: 'hex',
    output: 'value',
    own: 'keep',
    initial: true,
    when: 'deadband',
    deadband: variable('ezt-deadband'),
    topic: 'device',
    x: 200,
    y: 160,
  },
  {
    id: 'attributes',
    type: 'ezt-attr-out',
    ...place,
    cloud: variable('PROJECT'),
    device: variable('ezt-devices'),
    attribute: variable('保'),
    keep: variable('KEEP'),
    x: 200,
    y: 240,
  },
  {
    id: 'command',
    type: 'ezt-command-out',
    ...place,
    device: variable('ezt.device'),
    method: variable('METHOD'),
    params: 'payload',
    paramsType: 'msg',
    waitReply: variable('ezt-wait'),
    timeout: variable('ezt-timeout'),
    retries: variable('ezt-retries'),
    oneAtATime: variable('ezt-one'),
    whenOffline: variable('ezt-offline'),
    holdFor: variable('ezt-hold'),
    replaceHeld: variable('ezt-replace'),
    secondOutput: variable('ezt-second'),
    outputs: 2,
    x: 200,
    y: 320,
  },
  {
    id: 'device',
    type: 'ezt-device',
    ...withoutQos,
    device: variable('ezt-devices'),
    where: variable('ezt-where'),
    output: variable('ezt-output'),
    x: 200,
    y: 400,
  },
  {
    id: 'watch',
    type: 'ezt-watch',
    ...withoutQos,
    ...Object.fromEntries(
      ['devices', 'mode', 'after', 'attribute', 'op', 'value', 'for', 'clear', 'every'].map((name) => [
        name,
        variable(`ezt-${name}`),
      ]),
    ),
    wires: [[], []],
    x: 200,
    y: 480,
  },
  {
    id: 'cloud',
    type: 'eztcloud-config',
    version: 1,
    name: 'project',
    tls: variable('TLS'),
    proxy: variable('PROXY'),
    ...Object.fromEntries(
      [
        'endpoint',
        'protocol',
        'session',
        'sessionExpiry',
        'clientId',
        'group',
        'keepalive',
        'queueLimit',
        'queueExpiry',
        'queueStore',
        'rateLimit',
        'commandsInFlight',
        'memory',
        'aliases',
      ].map((name) => [name, variable(`ezt-${name}`)]),
    ),
  },
];
const held = (id: string) => `(() => { const n = RED.nodes.node('${id}');
  const { x, y, z, wires, g, credentials, ...rest } = RED.nodes.convertNode(n); return rest; })()`;
const kept = ({ x, y, z, wires, ...own }: Record<string, unknown>) => own;

describe('variables in the forms, in a browser', function () {
  needs(this, 'chromium');
  this.timeout(120_000);
  let red: NodeRed;
  let browser: Browser;
  let editor: Editor;
  before(async () => {
    red = await startNodeRed({
      flows: [{ id: 'tab', type: 'tab', label: 'Test' }, ...NODES],
      credentials: { cloud: { projectKey: variable('ezt-key'), projectSecret: variable('ezt-secret') } },
    });
    browser = await startBrowser();
    editor = await openEditor(browser, red.url);
  });
  after(async () => {
    await browser?.close();
    await red?.stop();
  });

  for (const node of NODES) {
    it(`stay as they are when the form of ${node.id} (${node.type}) is opened and closed, and are valid`, async () => {
      if (node.id === 'cloud') {
        await editor.ask("RED.editor.editConfig('', 'eztcloud-config', 'cloud')");
        await editor.page.locator('.red-ui-tray').last().waitFor();
      } else await editor.open(node.id);
      const tray = await editor.topmost();
      const marked = tray.locator('.input-error');
      should(await marked.evaluateAll((all: { id: string }[]) => all.map(({ id }) => id))).eql([]);
      await editor.picture(`variables-${node.id}`);
      await editor.done();
      should(await editor.ask(held(node.id))).deepEqual(kept(node));
      should(await editor.ask(`!!RED.nodes.node('${node.id}').changed`)).be.false();
    });
  }

  it('may stand beside what is ticked', async () => {
    const form = await editor.open('in');
    await form.locator('#ezt-in-type-online').check();
    await editor.done();
    const { types } = await editor.ask<{ types: unknown }>(held('in'));
    should(types).eql(['online', variable('$parent.LIST')]);
  });

  it('may be taken out again', async () => {
    const form = await editor.open('command');
    await form.locator('#node-input-waitReply').fill('false');
    await editor.done();
    should(await editor.ask<object>(held('command'))).containEql({ waitReply: 'false' });
  });

  it('in lines become a list when they are pasted', async () => {
    const form = await editor.open('in');
    const field = form.locator('#node-input-devices');
    await field.fill('');
    await field.focus();
    await editor.ask(`(() => { const clipboardData = new DataTransfer();
      clipboardData.setData('text', 'DU_a\\r\\nDU_b\\n');
      document.activeElement.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true })); })()`);
    (await field.inputValue()).should.equal('DU_a, DU_b');
    await editor.done();
  });

  it('leave the console clean', () => editor.problems.should.deepEqual([]));
});
