import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import should from 'should';
import { type Editor, openEditor, startBrowser } from '../support/browser';
import { temporaryDirectory } from '../support/cleanup';
import { event } from '../support/events';
import { needs } from '../support/machine';
import { type Mosquitto, startMosquitto } from '../support/mosquitto';
import { type NodeRed, startNodeRed } from '../support/node-red';
import { copyOfCheckout } from '../support/packed';

/** An invented version 2: what was `newest` is called `latest`, and a keepalive is no longer minutes and seconds. */
const STEPS = `
export type Properties = Readonly<Record<string, unknown>>;
export type MigrationStep = (properties: Properties) => Properties;
export const MIGRATION_STEPS: Readonly<Record<string, readonly MigrationStep[]>> = {
  'eztcloud-config': [
    ({ keepalive, ...rest }) => {
      const [minutes = 0, seconds = 0] = String(keepalive).split(':').map(Number);
      return { ...rest, keepalive: 60 * minutes + seconds };
    },
  ],
  'ezt-in': [],
  'ezt-attr-out': [(node) => (node.keep === 'newest' ? { ...node, keep: 'latest' } : node)],
  'ezt-command-out': [],
  'ezt-device': [],
  'ezt-watch': [],
};
`;

describe('a flow of version 1 in an invented version 2', function () {
  needs(this, 'chromium', 'mosquitto');
  this.timeout(120_000);
  let broker: Mosquitto;
  let red: NodeRed;
  let browser: Browser;
  let editor: Editor;

  before(async () => {
    const checkout = copyOfCheckout();
    writeFileSync(join(checkout, 'nodes/migration/steps.ts'), STEPS);
    execFileSync(process.execPath, ['build.mjs'], { cwd: checkout, stdio: 'pipe' });
    broker = await startMosquitto();
    const ca = join(temporaryDirectory('ca'), 'ca.pem');
    writeFileSync(ca, broker.ca);
    const out = {
      type: 'ezt-attr-out',
      z: 'tab',
      x: 300,
      cloud: 'cloud',
      attribute: '',
      keep: 'newest',
      qos: 1,
    };
    red = await startNodeRed({
      package: checkout,
      flows: [
        { id: 'tab', type: 'tab', label: 'Saved by version 1' },
        { id: 'tls', type: 'tls-config', cert: '', key: '', ca, verifyservercert: true },
        {
          id: 'cloud',
          type: 'eztcloud-config',
          endpoint: broker.endpoint,
          tls: 'tls',
          keepalive: '0:45',
          version: 1,
        },
        {
          id: 'press',
          type: 'inject',
          z: 'tab',
          x: 100,
          y: 80,
          props: [{ p: 'payload' }],
          repeat: '',
          crontab: '',
          once: false,
          topic: '',
          payload: '',
          payloadType: 'date',
          wires: [['out', 'old']],
        },
        { id: 'out', ...out, y: 80, device: 'DU_1', version: 1, wires: [] },
        { id: 'old', ...out, y: 160, device: 'DU_2', wires: [] },
        { id: 'later', ...out, y: 240, keep: 'all', device: 'DU_3', version: 7, wires: [] },
      ],
      credentials: { cloud: { projectKey: broker.key, projectSecret: broker.secret } },
    });
    browser = await startBrowser();
    editor = await openEditor(browser, red.url);
  });
  after(async () => {
    await browser?.close();
    await red?.stop();
    await broker?.stop();
  });

  const inEditor = (id: string) =>
    editor.ask<Record<string, unknown>>(
      `(() => { const { version, keep, keepalive, changed, valid } = RED.nodes.node('${id}'); return { version, keep, keepalive, changed: Boolean(changed), valid }; })()`,
    );

  it('runs before anybody has opened it', async () => {
    const platform = await broker.platform();
    const topics: string[] = [];
    await platform.subscribeAsync(`open/${broker.key}/+/attributes_push`);
    platform.on('message', (topic) => topics.push(topic));
    for (const done of ['DU_1', 'DU_2']) {
      if (topics.some((topic) => topic.includes(done))) continue;
      const message = event(platform, 'message', 5000);
      if (topics.length === 0) await red.inject('press', { payload: { t: 1 } });
      await message;
    }
    topics
      .map((topic) => topic.split('/')[2])
      .sort()
      .should.deepEqual(['DU_1', 'DU_2']);
    broker.log.some((line) => line.includes(`k45, u'${broker.key}'`)).should.be.true();
  });

  it('warns of a node that a later version has saved', () => {
    const warnings = red.log.filter((line) => /later version of this palette \(node version 7/.test(line));
    warnings.should.have.length(1);
    should(warnings[0]).match(/ezt-attr-out:later/);
  });

  it('is of version 2 in the editor, valid and not changed', async () => {
    for (const id of ['out', 'old']) {
      const { version, keep, changed, valid } = await inEditor(id);
      should({ version, keep, changed, valid }).deepEqual({
        version: 2,
        keep: 'latest',
        changed: false,
        valid: true,
      });
    }
    const { version, keepalive } = await inEditor('cloud');
    should({ version, keepalive }).deepEqual({ version: 2, keepalive: 45 });
    should((await inEditor('later')).version).equal(7);
  });

  it('shows what it has become, and takes an import without a version for version 1', async () => {
    const form = await editor.open('out');
    should(await form.locator('#node-input-keep').inputValue()).equal('latest');
    await editor.done();
    const node = {
      id: 'pasted',
      type: 'ezt-attr-out',
      z: '',
      x: 0,
      y: 0,
      cloud: 'cloud',
      keep: 'newest',
      wires: [],
    };
    await editor.ask(
      `RED.view.importNodes(${JSON.stringify([node])}, { generateIds: false, applyNodeDefaults: true })`,
    );
    await editor.page.mouse.click(700, 500);
    const { version, keep } = await inEditor('pasted');
    should({ version, keep }).deepEqual({ version: 2, keep: 'latest' });
    await editor.picture('migration');
  });

  it('is saved so by the next deploy', async () => {
    await editor.deploy();
    const saved = new Map((await red.flows()).map((node) => [node.id, node]));
    for (const id of ['out', 'old', 'pasted']) {
      const { version, keep } = saved.get(id) ?? {};
      should({ version, keep }).deepEqual({ version: 2, keep: 'latest' }, id);
    }
    should(saved.get('cloud')?.keepalive).equal(45);
    should(editor.problems).deepEqual([]);
  });
});
