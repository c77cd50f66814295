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
import { PROJECT } from './with-editor';

/**
 * An invented version 2: what was `newest` is called `latest`, a keepalive is no longer minutes and seconds, `streams` is
 * called `methods`, and `name` no longer names the project.
 */
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
  'ezt-in': [({ streams, ...rest }) => ({ ...rest, methods: rest.methods ?? streams })],
  'ezt-attr-out': [(node) => (node.keep === 'newest' ? { ...node, keep: 'latest' } : node)],
  'ezt-command-out': [],
  'ezt-device': [],
  'ezt-watch': [({ name, ...rest }) => ({ ...rest, cloud: rest.cloud ?? name })],
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
      name: '',
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
        { id: 'locked', type: 'tab', label: 'Locked', locked: true },
        { id: 'sub', type: 'subflow', name: 'Sub', in: [], out: [] },
        { id: 'instance', type: 'subflow:sub', z: 'tab', x: 500, y: 80, wires: [] },
        { id: 'tls', type: 'tls-config', cert: '', key: '', ca, verifyservercert: true },
        {
          ...PROJECT.find(({ type }) => type === 'eztcloud-config'),
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
        { id: 'still', ...out, z: 'locked', y: 80, device: 'DU_4', wires: [] },
        { id: 'inside', ...out, z: 'sub', y: 80, device: 'DU_5', version: 1, wires: [] },
        { id: 'watch', type: 'ezt-watch', z: 'tab', x: 300, y: 320, name: 'cloud', wires: [[], []] },
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
    for (const id of ['out', 'old', 'still', 'inside']) {
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

  it('counts among the users of the project that a step has found', async () => {
    should(await inEditor('watch')).have.properties({ version: 2, changed: false, valid: true });
    const users = "RED.nodes.node('cloud').users.map(({ id }) => id)";
    should(await editor.ask<string[]>(users)).containEql('watch');
    should(await editor.ask(`'name' in RED.nodes.node('watch')`)).be.false();
  });

  it('is not changed by Done in its form, nor is the project by Update', async () => {
    for (const id of ['out', 'later']) {
      await editor.open(id);
      await editor.done();
      should((await inEditor(id)).changed).equal(false, id);
    }
    await editor.ask("RED.editor.editConfig('', 'eztcloud-config', 'cloud')");
    await editor.done();
    should((await inEditor('cloud')).changed).be.false();
    should(await editor.ask('RED.nodes.dirty()')).be.false();
  });

  it('hands a step what was imported, not what the import has filled in, and exports what it returns', async () => {
    const node = { id: 'in', type: 'ezt-in', x: 0, y: 0, cloud: 'cloud', streams: ['s, t'], wires: [[]] };
    await editor.ask(
      `RED.view.importNodes(${JSON.stringify([node])}, { generateIds: false, applyNodeDefaults: true })`,
    );
    await editor.page.mouse.click(700, 600);
    const exported = () =>
      editor.ask<Record<string, unknown>>(
        "JSON.parse(JSON.stringify(RED.nodes.createExportableNodeSet([RED.nodes.node('in')])[0]))",
      );
    const { version, methods, streams } = await exported();
    should({ version, methods, streams }).deepEqual({ version: 2, methods: ['s, t'], streams: undefined });
    // Removed, back again by an undo, and pasted: it has been migrated.
    await editor.ask(
      "RED.view.select({ nodes: [RED.nodes.node('in')] }); RED.actions.invoke('core:delete-selection')",
    );
    should(await editor.ask("RED.nodes.node('in') ?? null")).be.null();
    await editor.ask("RED.actions.invoke('core:undo')");
    should((await exported()).methods).deepEqual(['s, t']);
    await editor.ask(`(() => {
      RED.view.select({ nodes: [RED.nodes.node('in')] });
      RED.actions.invoke('core:copy-selection-to-internal-clipboard');
      RED.actions.invoke('core:paste-from-internal-clipboard');
    })()`);
    await editor.page.mouse.click(900, 600);
    const copies = await editor.ask<unknown[]>(
      "RED.nodes.filterNodes({ type: 'ezt-in' }).map(({ version, methods }) => ({ version, methods }))",
    );
    should(copies).deepEqual(Array(2).fill({ version: 2, methods: ['s, t'] }));
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
