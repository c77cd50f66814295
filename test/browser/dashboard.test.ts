import type { Page } from 'playwright-core';
import should from 'should';
import { installed } from '../examples/packages';
import type { Editor } from '../support/browser';
import { type Comms, listen } from '../support/comms';
import { until } from '../support/events';
import { type ExampleNode, example, examples, named, together } from '../support/examples';
import { needs } from '../support/machine';
import type { NodeRed } from '../support/node-red';
import { withEditor } from './with-editor';

const thermostat = example('dashboard-gauges-and-switch.json');
const chart = example('chart-of-changes.json');

/** A tab to be looked at only: its devices are left alone. */
const asleep = (node: ExampleNode) => (node.type === 'tab' ? { ...node, disabled: true } : node);

interface Box {
  type: string;
  name: string;
  left: number;
  right: number;
  top: number;
  bottom: number;
}
/** Where the nodes of the active tab are drawn. */
const BOXES = `RED.nodes.filterNodes({ z: RED.workspaces.active() }).map((n) => ({ type: n.type, name: n.name || n.type,
  left: n.x - n.w / 2, right: n.x + n.w / 2, top: n.y - n.h / 2, bottom: n.y + n.h / 2 }))`;

describe('dashboards and layout of the examples in a browser', function () {
  needs(this, 'chromium', '@flowfuse/node-red-dashboard', 'node-red-node-sqlite');
  this.timeout(120_000);
  let editor: Editor;
  let red: NodeRed;
  let comms: Comms;
  let page: Page;
  /** What the pages ask of other machines. */
  const outside: string[] = [];
  withEditor(
    (started) => {
      ({ editor, red } = started);
    },
    { packages: installed(), nodes: together(...examples).map(asleep) },
  );
  before(async () => {
    await red.deploy(together(thermostat, chart));
    comms = await listen(red.url);
    page = await editor.page.context().newPage();
    page.on('request', (request) => {
      if (!request.url().startsWith(red.url) && !/^(data|blob):/.test(request.url()))
        outside.push(request.url());
    });
  });
  after(() => comms?.close());

  const widget = (flow: typeof chart, name: string) =>
    page.locator(`#nrdb-ui-widget-${named(flow, name).id}`);

  it('dashboard-gauges-and-switch.json shows on its page what the device reports', async () => {
    await page.goto(`${red.url}/dashboard/thermostat`);
    for (const [name, unit] of [
      ['Temperature', '°C'],
      ['Humidity', '%'],
    ] as const) {
      const gauge = widget(thermostat, name);
      await gauge.filter({ hasText: unit }).waitFor();
      await until(async () => /\d\d/.test(String(await gauge.textContent())), 10_000, name);
    }
  });

  it('dashboard-gauges-and-switch.json has a switch that the device obeys, and that shows what the device reports', async () => {
    const relay = widget(thermostat, 'Relay').locator('input');
    (await relay.isChecked()).should.be.false();
    await relay.click({ force: true });
    await comms.next(named(thermostat, 'acknowledged').id, ({ msg }) => msg === 'true');
    await until(() => relay.isChecked(), 10_000, 'the relay to be on');
    await relay.click({ force: true });
    await until(async () => !(await relay.isChecked()), 10_000, 'the relay to be off');
  });

  it('chart-of-changes.json draws a chart on its page', async () => {
    await page.goto(`${red.url}/dashboard/temperatures`);
    const drawn = widget(chart, 'Temperatures').locator('canvas, svg');
    await drawn.first().waitFor();
    const size = await drawn.first().boundingBox();
    should(size?.width).be.above(300);
  });

  it('ask nothing of other machines', () => {
    should(outside).deepEqual([]);
    should(comms.messages.filter(({ level }) => level !== undefined)).deepEqual([]);
  });

  for (const { file, nodes } of examples) {
    it(`${file} has no node that is cut or covers another, and its first column is aligned`, async () => {
      const boxes = await boxesOf(nodes);
      should(boxes.length).equal(nodes.filter(({ x }) => x !== undefined).length);
      for (const box of boxes) should(Math.min(box.left, box.top)).be.aboveOrEqual(0, box.name);
      const covered = boxes.flatMap((a, i) =>
        boxes.slice(i + 1).flatMap((b) => (overlap(a, b) ? [`${a.name} and ${b.name}`] : [])),
      );
      should(covered).deepEqual([]);
      // Not of comments: how wide Chinese text is depends on the fonts. An inject node has its button in front of it.
      const column = boxes.filter(({ type, left }) => type !== 'comment' && left < 150);
      for (const kind of [true, false]) {
        const lefts = column.filter(({ type }) => (type === 'inject') === kind).map(({ left }) => left);
        should(new Set(lefts).size).be.belowOrEqual(1, JSON.stringify(column));
      }
    });
  }

  /** The tab is shown, and its nodes have been drawn. */
  async function boxesOf(nodes: readonly ExampleNode[]): Promise<Box[]> {
    const [tab] = nodes;
    await editor.ask(`RED.workspaces.show('${tab?.id}')`);
    const drawn = () => editor.ask<Box[]>(BOXES);
    return until(
      async () => {
        const boxes = await drawn();
        return boxes.length > 0 && boxes.every(({ left }) => Number.isFinite(left)) && boxes;
      },
      5000,
      'the nodes to be drawn',
    );
  }
});

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
