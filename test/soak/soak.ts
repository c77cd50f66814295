import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { temporaryDirectory } from '../support/cleanup';
import { until } from '../support/events';
import { startMosquitto } from '../support/mosquitto';
import { startNodeRed } from '../support/node-red';
import { credentialsOf, flowOf } from './flow';
import { type Load, startLoad } from './load';
import type { Counts, Sample } from './sample';

/** Counted in rounds, so that a busy machine only makes it longer. */
export interface SoakOptions {
  rounds: number;
  /** ms of work before each sample. */
  workFor: number;
  /** Messages per second from the devices. */
  rate: number;
  /** A deploy, and a restart of the broker, in the midst of the work of every so many rounds. */
  deployEvery: number;
  restartEvery: number;
  onSample?(sample: Sample, counts: Counts, sent: number): void;
}

export interface SoakResult {
  samples: Sample[];
  counts: Counts;
  /** Messages that devices sent, and how many a second while they did. */
  sent: number;
  rate: number;
  /** Messages that did not leave their node: of rounds without a restart of the broker and a deploy of everything. */
  lost: number;
  deploys: number;
  restarts: number;
  /** Lines of Node-RED's log that are errors, but for those of a connection that was lost. */
  errors: string[];
}

interface ProjectStatus {
  state: { is: string };
  /** Without a connection, those of the one before. */
  filters?: object;
}

/** Everything on its way has ended by then: a command that waits for its reply, one that is held. */
const SETTLE = 90_000;
/** For a message that is on its way from a device to a flow. */
const LATE = 10_000;
const JSON_BODY = { 'content-type': 'application/json' };

/** Lets 200 nodes work while flows are deployed and the broker is restarted, and weighs Node-RED meanwhile. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const broker = await startMosquitto();
  const directory = temporaryDirectory('soak');
  const caFile = join(directory, 'ca.pem');
  writeFileSync(caFile, broker.ca);
  const nodeRed = await startNodeRed({
    flows: flowOf(broker, caFile),
    credentials: credentialsOf(broker),
    settings: { nodesDir: nodesDirectory(directory), credentialSecret: false, apiMaxLength: '5mb' },
  });
  const get = async <T>(path: string): Promise<T> => (await (await nodeRed.request(path)).json()) as T;
  /** What devices send with QoS 0 before that, or before it is subscribed to again, nobody has lost. */
  async function subscribed(): Promise<void> {
    const attributes = `open/${broker.key}/+/attributes`;
    const isHeld = async () => {
      const { state, filters = {} } = await get<ProjectStatus>('/eztcloud/project/status');
      return state.is === 'connected' && attributes in filters;
    };
    await until(isHeld, SETTLE, attributes);
  }
  await subscribed();
  const load = await startLoad(broker, options.rate);
  const samples: Sample[] = [];
  let deploys = 0;
  let restarts = 0;

  let lost = 0;
  let before = { sent: 0, left: 0 };
  /** Adds what has not left its node. Sent with QoS 0, it is gone where the connection was. */
  async function countLost(calm: boolean): Promise<void> {
    const sent = load.plain - before.sent;
    let left = 0;
    const allLeft = async () => {
      left = (await get<Counts>('/soak/counts')).plain - before.left;
      return left >= sent;
    };
    // What is late then counts as lost.
    if (calm) await until(allLeft, LATE, 'all to have left').catch(() => undefined);
    else await allLeft();
    if (calm) lost += Math.max(0, sent - left);
    before = { sent: load.plain, left: before.left + left };
  }

  async function sample(calm: boolean): Promise<void> {
    const resume = await quiet(load, (paused) =>
      nodeRed.request('/soak/pause', {
        method: 'POST',
        headers: JSON_BODY,
        body: JSON.stringify({ paused }),
      }),
    );
    let counts = await get<Counts>('/soak/counts');
    const allEnded = async () => {
      counts = await get<Counts>('/soak/counts');
      return counts.offered === ended(counts);
    };
    await until(allEnded, SETTLE, 'every message to end').catch(async (error: unknown) => {
      const project = await get<unknown>('/eztcloud/project/status');
      throw new Error(JSON.stringify({ counts, project }), { cause: error });
    });
    await countLost(calm);
    const taken = await get<Sample>('/soak/sample');
    samples.push(taken);
    options.onSample?.(taken, counts, load.sent);
    await subscribed();
    await resume();
  }

  /** Resolves with whether it has left the connection alone. */
  async function deploy(): Promise<boolean> {
    deploys += 1;
    const full = deploys % 3 === 0;
    await nodeRed.deploy(flowOf(broker, caFile, deploys), full ? 'full' : 'nodes');
    return !full;
  }

  try {
    for (let round = 1; round <= options.rounds; round += 1) {
      await pause(options.workFor / 2);
      let calm = true;
      if (round % options.deployEvery === 0) calm = await deploy();
      if (round % options.restartEvery === 0) {
        calm = false;
        restarts += 1;
        await broker.restart();
      }
      await pause(options.workFor / 2);
      await sample(calm);
    }
    const counts = await get<Counts>('/soak/counts');
    const errors = nodeRed.log.filter((line) => /\[error\]|Uncaught|Warning:/.test(line));
    const rate = Math.round(load.sent / load.seconds);
    return { samples, counts, sent: load.sent, rate, lost, deploys, restarts, errors };
  } finally {
    load.stop();
    await nodeRed.stop();
    await broker.stop();
  }
}

const ended = ({ done, failed }: Counts): number =>
  Object.values(failed).reduce((sum, count) => sum + count, done);

/** Stops both sides; the function that it resolves with lets them go on. */
async function quiet(load: Load, pauseSources: (paused: boolean) => Promise<unknown>) {
  load.pause(true);
  await pauseSources(true);
  return async () => {
    await pauseSources(false);
    load.pause(false);
  };
}

/** For Node-RED's `nodesDir`, which wants an HTML file beside each script. */
function nodesDirectory(directory: string): string {
  const place = join(directory, 'nodes');
  mkdirSync(place);
  const built = JSON.stringify(join(__dirname, 'soak-node.js'));
  const forms = ['soak-source', 'soak-sink'].map(
    (type) => `<script type="text/html" data-template-name="${type}"></script>`,
  );
  writeFileSync(join(place, 'soak.js'), `module.exports = require(${built});\n`);
  writeFileSync(join(place, 'soak.html'), `${forms.join('\n')}\n`);
  return place;
}
