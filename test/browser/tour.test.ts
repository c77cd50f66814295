import should from 'should';
import type { Editor } from '../support/browser';
import { example, named } from '../support/examples';
import { needs } from '../support/machine';
import { withEditor } from './with-editor';

const tour = example('tour.json');
const TYPES = ['attributes', 'event_report', 'command_reply', 'data', 'alarm', 'online'];

describe('the tour in a browser', function () {
  needs(this, 'chromium');
  this.timeout(120_000);
  let editor: Editor;
  withEditor(
    (started) => {
      editor = started.editor;
    },
    { emulator: { interval: 200 }, nodes: tour.nodes },
  );

  it('is what the editor opens with', async () => {
    const tab = editor.page.locator('#red-ui-workspace-tabs .red-ui-tab.active');
    await tab.filter({ hasText: 'EZtCloud tour' }).waitFor();
    for (const { id, type } of tour.nodes.filter(({ x }) => x !== undefined)) {
      should(await editor.page.locator(`[id="${id}"]`).count()).equal(1, type);
    }
  });

  it('fits in the window', async () => {
    const chart = await editor.page.locator('#red-ui-workspace-chart').boundingBox();
    const bottom = (chart?.y ?? 0) + (chart?.height ?? 0);
    for (const { id, type } of tour.nodes.filter(({ x }) => x !== undefined)) {
      const box = await editor.page.locator(`[id="${id}"]`).boundingBox();
      should((box?.y ?? 0) + (box?.height ?? 0)).be.below(bottom, type);
    }
  });

  it('says connected on each node', async () => {
    const ours = tour.nodes.filter(({ type }) => /^ezt-/.test(type));
    for (const { id } of ours) {
      const status = editor.page.locator(`[id="${id}"] .red-ui-flow-node-status-label`);
      await status.filter({ hasText: /^connected$/ }).waitFor();
    }
  });

  it('fills the debug sidebar with all six types and the reply', async () => {
    await editor.ask("RED.sidebar.show('debug')");
    for (const name of [...TYPES, 'reply']) {
      const rows = editor.page.locator('.red-ui-debug-msg', { hasText: `node: ${name}` });
      await rows.first().waitFor({ timeout: 45_000 });
    }
    should(await editor.page.locator('.red-ui-debug-msg-level-20, .red-ui-debug-msg-level-30').count()).equal(
      0,
    );
  });

  const press = (name: string) =>
    editor.page.locator(`[id="${named(tour, name).id}"] .red-ui-flow-node-button`).click();
  const statusOf = (name: string) =>
    editor.page.locator(`[id="${named(tour, name).id}"] .red-ui-flow-node-status-label`);

  it('passes a push on when the broker has acknowledged it', async () => {
    await press('relay on');
    await statusOf('acknowledged').filter({ hasText: 'DU_thermostat' }).waitFor();
  });

  it('answers at once with what is known', async () => {
    await press('what is known?');
    await statusOf('last values').filter({ hasText: 'DU_thermostat' }).waitFor();
  });

  it('shows the error code when nobody answers', async () => {
    await press('ask a silent device');
    await statusOf('error code').filter({ hasText: 'EZT_REPLY_TIMEOUT' }).waitFor();
  });

  it('leaves the console clean', () => {
    editor.problems.should.deepEqual([]);
  });
});
