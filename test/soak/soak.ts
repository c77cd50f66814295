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
  /** Messages that devices sent. */
  sent: number;
  deploys: number;
  restarts: number;
  /** Lines of Node-RED's log that are errors, but for those of a connection that was lost. */
  errors: string[];
}

/** Everything on its way has ended by then: a command that waits for its reply, one that is held. */
const SETTLE = 90_000;
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
  const load = await startLoad(broker, options.rate);
  const get = async <T>(path: string): Promise<T> => (await (await nodeRed.request(path)).json()) as T;
  const samples: Sample[] = [];
  let deploys = 0;
  let restarts = 0;

  async function sample(): Promise<void> {
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
    const taken = await get<Sample>('/soak/sample');
    samples.push(taken);
    options.onSample?.(taken, counts, load.sent);
    await resume();
  }

  async function deploy(): Promise<void> {
    deploys += 1;
    await nodeRed.deploy(flowOf(broker, caFile, deploys), deploys % 3 === 0 ? 'full' : 'nodes');
  }

  try {
    for (let round = 1; round <= options.rounds; round += 1) {
      await pause(options.workFor / 2);
      if (round % options.deployEvery === 0) await deploy();
      if (round % options.restartEvery === 0) {
        restarts += 1;
        await broker.restart();
      }
      await pause(options.workFor / 2);
      await sample();
    }
    const counts = await get<Counts>('/soak/counts');
    const errors = nodeRed.log.filter((line) => /\[error\]|Uncaught|Warning:/.test(line));
    return { samples, counts, sent: load.sent, deploys, restarts, errors };
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
