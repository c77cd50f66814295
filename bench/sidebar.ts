import { readFileSync } from 'node:fs';
import type { Browser, Page, Request } from 'playwright-core';
import { openEditor, startBrowser } from '../test/support/browser';
import { until } from '../test/support/events';
import { type NodeRed, startNodeRed } from '../test/support/node-red';
import { credentials, ours, type Place } from './flows';
import { nodesDirectory } from './nodes-directory';
import { longestTask } from './sidebar-trace';
import { median, quantile } from './statistics';
import type { Environment } from './subject';
import { figure, table } from './table';
import { LATER, REPORT } from './traffic';

/** Devices, each of which reports once a second. */
const DEVICES = 5_000;
/** Milliseconds between two portions of the traffic. */
const PORTION = 50;
const ROUNDS = 3;
/** Seconds that a view is looked at in each round. */
const LOOKED_AT = 8;
const PROJECT = 'PR_sidebar';

/** What is looked at; `open`: also one device. */
const VIEWS = ['closed', 'connections', 'devices', 'device', 'messages'] as const;
type View = (typeof VIEWS)[number];

interface Figures {
  /** Milliseconds of processor time of Node-RED, and kilobytes of answers, per second. */
  cpu: number;
  kilobytes: number;
  requests: number;
  /** Milliseconds from each input to its handlers. */
  delays: number[];
  /** Milliseconds of processor time of the longest task of the page, from the trace. */
  longest: number;
}

/**
 * What an open sidebar costs with 5,000 devices that report each second: Node-RED's processor time and answers, and
 * how soon the editor takes keys, clicks and moves of the pointer. Needs mosquitto, Chromium and /proc (Linux).
 */
export async function measureSidebar(
  { broker, load }: Environment,
  progress: (line: string) => void,
): Promise<string> {
  const place: Place = { endpoint: broker.endpoint, port: broker.port, ca: broker.ca, projectKey: PROJECT };
  const settings = { nodesDir: nodesDirectory(), credentialSecret: false };
  const red = await startNodeRed({ flows: ours()(place), credentials: credentials(place), settings });
  const reports = { leaves: ['attributes'], payload: REPORT, alternate: LATER };
  await load.prepare({ projectKey: PROJECT, devices: DEVICES, ...reports });
  const stop = keepPublishing((messages) => load.publish(PROJECT, messages));
  let browser: Browser | undefined;
  try {
    const known = async () =>
      ((await (await red.request('/eztcloud/cloud/memory?limit=1')).json()) as { total: number }).total ===
      DEVICES;
    await until(known, 30_000, 'all devices to be known');
    browser = await startBrowser();
    const { page } = await openEditor(browser, red.url);
    await page.evaluate(WATCH_INPUT);
    const found = new Map<View, Figures[]>(VIEWS.map((view) => [view, []]));
    for (let round = 0; round < ROUNDS; round += 1)
      for (const view of VIEWS) {
        await show(page, view);
        const figures = await measure(browser, page, red);
        found.get(view)?.push(figures);
        progress(`sidebar, round ${round + 1}, ${view}: ${figures.cpu.toFixed(0)} ms/s`);
      }
    return report(found);
  } finally {
    stop();
    await browser?.close();
    await red.stop('SIGKILL');
  }
}

/** Sends `DEVICES` messages a second, in small portions; returns how to end that. */
function keepPublishing(publish: (messages: number) => Promise<void>): () => void {
  const began = performance.now();
  let sent = 0;
  let ended = false;
  async function portion() {
    const due = Math.floor(((performance.now() - began) / 1000) * DEVICES);
    if (due > sent) await publish(due - sent);
    sent = Math.max(sent, due);
    if (!ended) setTimeout(() => void portion(), PORTION);
  }
  void portion();
  return () => {
    ended = true;
  };
}

/** Notes for each input how long it waited for its handlers. */
const WATCH_INPUT = `(() => {
  window.inputDelays = [];
  for (const type of ['keydown', 'pointerdown', 'pointermove', 'click'])
    addEventListener(type, (event) => window.inputDelays.push(performance.now() - event.timeStamp), true);
})()`;

async function show(page: Page, view: View): Promise<void> {
  await page.evaluate(`RED.sidebar.show('${view === 'closed' ? 'info' : 'eztcloud'}')`);
  if (view === 'closed') return;
  const tab = view === 'device' ? 'devices' : view;
  await page.locator(`.ezt-tabs button[data-view=${tab}]`).click();
  if (view === 'device') await page.locator('.ezt-row').nth(3).click();
  const shown = {
    connections: '.ezt-card dd',
    devices: '.ezt-row',
    device: '.ezt-values td',
    messages: '.ezt-message',
  };
  await page.locator(shown[view]).first().waitFor();
}

async function measure(browser: Browser, page: Page, red: NodeRed): Promise<Figures> {
  let bytes = 0;
  let requests = 0;
  const sizes: Promise<void>[] = [];
  const note = (request: Request) => {
    if (!request.url().includes('/eztcloud/')) return;
    requests += 1;
    sizes.push(
      request.sizes().then(({ responseBodySize, responseHeadersSize }) => {
        bytes += responseBodySize + responseHeadersSize;
      }),
    );
  };
  page.on('requestfinished', note);
  await page.evaluate('window.inputDelays.length = 0');
  await browser.startTracing(page, { categories: ['devtools.timeline', 'toplevel'] });
  const [cpuBefore, began] = [processorTime(red.pid), performance.now()];
  await work(page, LOOKED_AT * 1000);
  const seconds = (performance.now() - began) / 1000;
  const cpu = (processorTime(red.pid) - cpuBefore) / seconds;
  const trace = await browser.stopTracing();
  page.off('requestfinished', note);
  await Promise.all(sizes);
  const delays = await page.evaluate<number[]>('window.inputDelays');
  return {
    cpu,
    kilobytes: bytes / 1000 / seconds,
    requests: requests / seconds,
    delays,
    longest: longestTask(trace),
  };
}

/** What a person does meanwhile: types into the palette's filter, moves and clicks on the workspace. */
async function work(page: Page, milliseconds: number): Promise<void> {
  const filter = page.locator('#red-ui-palette-search input');
  const end = performance.now() + milliseconds;
  for (let i = 0; performance.now() < end; i += 1) {
    await filter.focus();
    await page.keyboard.press(i % 8 < 4 ? 'e' : 'Backspace');
    await page.mouse.move(500 + ((i * 37) % 300), 300 + ((i * 23) % 200));
    if (i % 4 === 0) await page.mouse.click(700, 600);
  }
}

/** Milliseconds that a process has computed, all its threads together. */
function processorTime(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

function report(found: ReadonlyMap<View, readonly Figures[]>): string {
  const rows = [
    [
      'what is looked at',
      'Node-RED, ms of processor time per second',
      'requests per second',
      'answers, kB per second',
      'inputs',
      'input delay, ms: median',
      'p99',
      'longest',
      'longest task of the page, ms',
    ],
  ];
  for (const [view, rounds] of found) {
    const of = (key: 'cpu' | 'kilobytes' | 'requests' | 'longest') => median(rounds.map((each) => each[key]));
    const delays = rounds.flatMap((each) => each.delays);
    rows.push([
      view,
      figure(of('cpu')),
      figure(of('requests')),
      figure(of('kilobytes')),
      String(delays.length),
      ...[0.5, 0.99, 1].map((share) => figure(quantile(delays, share))),
      figure(Math.max(...rounds.map(({ longest }) => longest))),
    ]);
  }
  return table(rows);
}
