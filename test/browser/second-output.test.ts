import type { Browser } from 'playwright-core';
import should from 'should';
import { type Editor, openEditor, startBrowser } from '../support/browser';
import { needs } from '../support/machine';
import { type NodeRed, startNodeRed } from '../support/node-red';

const place = { z: 'tab', y: 80 };
const debug = (id: string) => ({ id, type: 'debug', ...place, x: 500, active: true, wires: [] });

describe('the second output of ezt-command-out, in a browser', function () {
  needs(this, 'chromium');
  this.timeout(120_000);
  let red: NodeRed;
  let browser: Browser;
  let editor: Editor;
  before(async () => {
    red = await startNodeRed({
      flows: [
        { id: 'tab', type: 'tab', label: 'Test' },
        {
          id: 'command',
          type: 'ezt-command-out',
          ...place,
          x: 200,
          device: 'DU_1',
          method: 'm',
          secondOutput: true,
          outputs: 2,
          wires: [['one'], ['two']],
        },
        debug('one'),
        debug('two'),
      ],
    });
    browser = await startBrowser();
    editor = await openEditor(browser, red.url);
  });
  after(async () => {
    await browser?.close();
    await red?.stop();
  });

  const node = () =>
    editor.ask<{ outputs: number; secondOutput: boolean; wires: string[][]; timeout: unknown }>(
      "RED.nodes.convertNode(RED.nodes.node('command'))",
    );
  const ports = () =>
    editor.page
      .locator('[id="command"] .red-ui-flow-port-output, [id="command"].red-ui-flow-port-output')
      .count();
  const tick = async (on: boolean) => {
    const form = await editor.open('command');
    await form.locator('#node-input-secondOutput').setChecked(on);
    await editor.done();
  };
  async function has(outputs: number, wires: string[][]) {
    const { outputs: saved, wires: held } = await node();
    should([saved, held, await ports()]).deepEqual([outputs, wires, outputs]);
  }

  it('is drawn, with its wires, when the flow is loaded', () => has(2, [['one'], ['two']]));

  it('goes with its wires when it is switched off, and comes back with Undo', async () => {
    await tick(false);
    await has(1, [['one']]);
    await editor.ask('RED.history.pop()');
    await has(2, [['one'], ['two']]);
    should((await node()).secondOutput).be.true();
  });

  it('comes when it is switched on, and goes where the node does not wait for a reply', async () => {
    await tick(false);
    await tick(true);
    await has(2, [['one'], []]);
    const form = await editor.open('command');
    await editor.picture('command-second-output');
    await form.locator('#node-input-waitReply').setChecked(false);
    should(await form.locator('#node-input-secondOutput').isVisible()).be.false();
    await editor.done();
    await has(1, [['one']]);
  });

  it('a blank timeout stays blank: it means msg.timeout', async () => {
    const form = await editor.open('command');
    await form.locator('#node-input-waitReply').setChecked(true);
    await form.locator('#node-input-timeout').fill('');
    await form.locator('#node-input-whenOffline').selectOption('hold');
    await editor.picture('command-hold');
    await editor.done();
    should((await node()).timeout).equal('');
  });
});
