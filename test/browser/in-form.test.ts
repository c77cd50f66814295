import type { Locator } from 'playwright-core';
import should from 'should';
import type { Editor } from '../support/browser';
import { needs } from '../support/machine';
import { place } from '../support/project';
import { PROJECT, withEditor } from './with-editor';

const [cloud] = PROJECT.filter(({ type }) => type === 'eztcloud-config').map(({ id }) => id);

describe('the form of ezt-in in a browser', function () {
  needs(this, 'chromium');
  this.timeout(120_000);
  let editor: Editor;
  const old = { id: 'old', type: 'ezt-in', ...place, y: 400, x: 200, cloud, wires: [] };
  withEditor(
    (started) => {
      editor = started.editor;
    },
    {
      emulator: { builtIn: false },
      nodes: [
        { id: 'tab', type: 'tab', label: 'Test' },
        ...PROJECT,
        old,
        { ...old, id: 'variable', y: 500, when: `\${WHEN}`, initial: `\${FIRST}`, topic: `\${TOPIC}` },
      ],
    },
  );

  const control = (tray: Locator, name: string) => tray.locator(`#node-input-${name}`);
  const value = (tray: Locator, name: string) => control(tray, name).inputValue();
  const choose = (tray: Locator, name: string, option: string) => control(tray, name).selectOption(option);
  const shown = async (tray: Locator) => {
    const names = ['own', 'topic', 'when', 'deadband', 'initial'];
    const visible = await Promise.all(names.map((name) => control(tray, name).isVisible()));
    return names.filter((_, i) => visible[i]).join(' ');
  };
  const held = (id: string, name: string) => editor.ask(`RED.nodes.node('${id}').${name}`);

  it('shows the rows that matter', async () => {
    const id = await editor.drag('ezt-in', 200, 60);
    const tray = await editor.open(id);
    should(await shown(tray)).equal('own topic when initial');
    await choose(tray, 'when', 'deadband');
    should(await shown(tray)).equal('own topic when deadband initial');
    await editor.picture('ezt-in-deadband');
    await tray.locator('#ezt-in-type-online').check();
    await tray.locator('#ezt-in-type-attributes').uncheck();
    should(await shown(tray)).equal('topic when initial');
    await tray.locator('#ezt-in-type-data').check();
    await tray.locator('#ezt-in-type-online').uncheck();
    should(await shown(tray)).equal('topic');
    should(await control(tray, 'output').isVisible()).be.false(); // data is the same as message and as value
    await control(tray, 'streams').fill('a/b');
    await tray.locator('#ezt-in-type-data').uncheck();
    await tray.locator('#ezt-in-type-alarm').check();
    should(await control(tray, 'streams').isVisible()).be.true(); // what is wrong is not hidden
    await control(tray, 'streams').fill('s1');
    await tray.locator('#ezt-in-type-data').check();
    await tray.locator('#ezt-in-type-alarm').uncheck();
    await tray.locator('#ezt-in-type-attributes').check();
    await choose(tray, 'when', 'changed');
    should(await shown(tray)).equal('own topic when initial');
    await tray.locator('#ezt-in-type-data').uncheck();
    should(await control(tray, 'streams').isVisible()).be.false();
    await editor.done();
    should(await held(id, 'streams')).eql(['s1']); // hidden, not lost
    const label = `(() => { const n = RED.nodes.node('${id}'); return n._def.outputLabels.call(n, 0); })()`;
    should(await editor.ask(label)).equal('Attributes of every device');
  });

  it('asks for a difference as soon as one is needed', async () => {
    const id = await editor.drag('ezt-in', 200, 140);
    const tray = await editor.open(id);
    const wrong = async () =>
      /input-error/.test((await control(tray, 'deadband').getAttribute('class')) ?? '');
    should(await wrong()).be.false();
    await choose(tray, 'when', 'deadband');
    should(await wrong()).be.true();
    await control(tray, 'deadband').fill('0,5');
    await control(tray, 'deadband').blur();
    should(await wrong()).be.true();
    await control(tray, 'deadband').hover();
    await editor.page.locator('.red-ui-popover', { hasText: 'or a percentage such as 5%' }).waitFor();
    await control(tray, 'deadband').fill('0.5');
    await control(tray, 'deadband').blur();
    should(await wrong()).be.false();
    await editor.done();
    should([await held(id, 'when'), await held(id, 'deadband')]).eql(['deadband', '0.5']);
  });

  it('of a new node lets the topic follow the payload, unless a topic was chosen', async () => {
    const id = await editor.drag('ezt-in', 200, 220);
    let tray = await editor.open(id);
    should(await value(tray, 'topic')).equal('mqtt');
    await choose(tray, 'output', 'value');
    should(await value(tray, 'topic')).equal('attribute');
    await choose(tray, 'output', 'message');
    should(await value(tray, 'topic')).equal('mqtt');
    await choose(tray, 'topic', 'device');
    await choose(tray, 'output', 'value');
    should(await value(tray, 'topic')).equal('device');
    await choose(tray, 'topic', 'mqtt');
    await editor.done();
    tray = await editor.open(id);
    should([await value(tray, 'output'), await value(tray, 'topic')]).eql(['value', 'mqtt']);
    await editor.done();
    should(await held(id, 'topic')).equal('mqtt');
  });

  it('of a node that was there before leaves its topic alone, and shows it as mqtt where it has none', async () => {
    const tray = await editor.open('old');
    should([await value(tray, 'topic'), await value(tray, 'when')]).eql(['mqtt', 'always']);
    await choose(tray, 'output', 'value');
    should(await value(tray, 'topic')).equal('mqtt');
    await editor.done();
    should(await held('old', 'topic')).equal('mqtt');
  });

  it('keeps variables', async () => {
    const tray = await editor.open('variable');
    should(await shown(tray)).equal('own topic when deadband initial');
    await control(tray, 'deadband').fill('5%');
    await editor.done();
    for (const [name, kept] of [
      ['when', `\${WHEN}`],
      ['initial', `\${FIRST}`],
      ['topic', `\${TOPIC}`],
      ['deadband', '5%'],
    ] as const)
      should(await held('variable', name)).equal(kept);
  });
});
