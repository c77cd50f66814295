import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Finding, SingleScenario } from '../findings';
import { median } from '../statistics';

/** Each takes a tenth of a second. */
const RUNS = 21;

const PACKAGE = join(__dirname, '../../nodes/eztcloud.js');
const PALETTE = join(__dirname, '../../nodes/palette.js');

/** Runs in a fresh process where Node's own modules and some file are loaded already, as they are in Node-RED. */
const SCRIPT = `
  for (const name of ['crypto', 'dns/promises', 'fs/promises', 'https', 'net', 'os', 'tls', 'worker_threads'])
    require('node:' + name);
  require(${JSON.stringify(join(__dirname, '../statistics.js'))});
  const { performance } = require('node:perf_hooks');
  const start = performance.now();
  require(${JSON.stringify(PACKAGE)});
  const took = performance.now() - start;
  const mqtt = Object.keys(require.cache).filter((file) => /node_modules.mqtt.build/.test(file)).length;
  const files = Object.keys(require.cache).length;
  const palette = performance.now();
  require(${JSON.stringify(PALETTE)});
  const before = performance.now();
  require(require.resolve('mqtt', { paths: [${JSON.stringify(PACKAGE)}] }));
  console.log(JSON.stringify({ took, mqtt, files, node: before - palette, first: performance.now() - before }));
`;

interface Loaded {
  took: number;
  mqtt: number;
  files: number;
  node: number;
  first: number;
}

const once = (): Loaded => {
  const output = execFileSync(process.execPath, ['-e', SCRIPT], { encoding: 'utf8' });
  return JSON.parse(output) as Loaded;
};

export const load: SingleScenario = {
  name: 'load',
  title: 'loading the package',
  async run({ progress }): Promise<Finding[]> {
    const runs = Array.from({ length: RUNS }, () => {
      const run = once();
      progress(`require: ${run.took.toFixed(1)} ms`);
      return run;
    });
    const took = median(runs.map((run) => run.took));
    const mqtt = Math.max(...runs.map((run) => run.mqtt));
    return [
      {
        scenario: 'load',
        what: 'require of the package',
        value: took,
        unit: 'ms',
        goal: '≤ 5',
        met: took <= 5,
      },
      {
        scenario: 'load',
        what: 'files of mqtt loaded by that',
        value: mqtt,
        unit: '',
        goal: '0',
        met: mqtt === 0,
      },
      {
        scenario: 'load',
        what: 'the rest, with the first node',
        value: median(runs.map((run) => run.node)),
        unit: 'ms',
      },
      {
        scenario: 'load',
        what: 'mqtt, on the first connection',
        value: median(runs.map((run) => run.first)),
        unit: 'ms',
      },
    ];
  },
};
