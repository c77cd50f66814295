import { type Broker, startBroker } from '../broker';
import { core } from '../core-flows';
import type { Finding, SingleScenario, Tools } from '../findings';
import { ours, type Place } from '../flows';
import { type Load, startLoad } from '../load';
import type { Reading } from '../nodes/meter';
import { median } from '../statistics';
import { startBenchNodeRed } from '../subject';
import { REPORT } from '../traffic';

interface Deployed {
  /** Milliseconds from the request until the flows run, and until every node has had a message. */
  started: number;
  all: number;
  packets: number;
  filters: number;
}

type Make = (nodes: number) => (place: Place) => ReturnType<ReturnType<typeof ours>>;

/**
 * Deploys `nodes` nodes into a Node-RED that runs without any, while the broker holds a retained message for
 * each device: once every node has had its own, all subscriptions are there.
 */
async function deployOnce(
  make: Make,
  nodes: number,
  broker: Broker,
  load: Load,
  projectKey: string,
): Promise<Deployed> {
  const place: Place = { endpoint: broker.endpoint, port: broker.port, ca: broker.ca, projectKey };
  await load.prepare({ projectKey, devices: nodes, leaves: ['attributes'], payload: REPORT });
  await load.retain(projectKey);
  const empty = make(0)(place).filter(
    ({ type }) => type === 'tab' || String(type).endsWith('-config') || type === 'mqtt-broker',
  );
  const nodeRed = await startBenchNodeRed(empty, place);
  try {
    broker.subscriptions();
    await nodeRed.request(`/bench/arm/${nodes}`, { method: 'POST' });
    const start = performance.now();
    await nodeRed.deploy(make(nodes)(place));
    const started = performance.now() - start;
    const reading = (await (await nodeRed.request('/bench/reading')).json()) as Reading;
    const all = performance.now() - start;
    if (reading.count !== nodes)
      throw new Error(`deploy: ${reading.count} of ${nodes} nodes have had a message`);
    return { started, all, ...broker.subscriptions() };
  } finally {
    await nodeRed.stop('SIGKILL');
  }
}

const SUBJECTS: readonly { name: string; make: Make; nodes: number }[] = [
  { name: 'ours', make: ours, nodes: 1000 },
  { name: 'core 3.1.1', make: (nodes) => core(4, nodes), nodes: 1000 },
  { name: 'core 5', make: (nodes) => core(5, nodes), nodes: 1000 },
  { name: 'ours', make: ours, nodes: 3000 },
  { name: 'ours', make: ours, nodes: 10_000 },
];

async function run({ quick, rounds, progress }: Tools): Promise<Finding[]> {
  const broker = await startBroker(true); // one that logs each SUBSCRIBE
  const load = startLoad(broker.plainPort);
  const found = new Map<string, Deployed[]>();
  try {
    for (let round = 0; round < (quick ? 1 : rounds); round += 1) {
      for (const { name, make, nodes } of quick ? SUBJECTS.filter((each) => each.nodes !== 3000) : SUBJECTS) {
        const key = `${name}, ${nodes} nodes`;
        const deployed = await deployOnce(make, nodes, broker, load, `PD_${nodes}`);
        found.set(key, [...(found.get(key) ?? []), deployed]);
        progress(`${key}: ${Math.round(deployed.all)} ms, ${deployed.packets} SUBSCRIBE`);
      }
    }
  } finally {
    load.stop();
    await broker.stop();
  }
  return summarise(found);
}

function summarise(found: ReadonlyMap<string, Deployed[]>): Finding[] {
  const scenario = 'deploy';
  const of = (key: string, figure: keyof Deployed) =>
    median((found.get(key) ?? []).map((run) => run[figure]));
  const findings = [...found.keys()].flatMap((key): Finding[] => [
    { scenario, what: `${key}: until the flows run`, value: of(key, 'started'), unit: 'ms' },
    { scenario, what: `${key}: until each had a message`, value: of(key, 'all'), unit: 'ms' },
    { scenario, what: `${key}: SUBSCRIBE packets`, value: of(key, 'packets'), unit: '' },
    { scenario, what: `${key}: filters`, value: of(key, 'filters'), unit: '' },
  ]);
  const growth = of('ours, 10000 nodes', 'all') / of('ours, 1000 nodes', 'all');
  const besideCore =
    of('ours, 1000 nodes', 'all') /
    Math.min(of('core 3.1.1, 1000 nodes', 'all'), of('core 5, 1000 nodes', 'all'));
  return [
    ...findings,
    {
      scenario,
      what: '10,000 nodes ÷ 1,000 nodes',
      value: growth,
      unit: '×',
      goal: '≤ 10 (linear)',
      met: growth <= 10,
    },
    {
      scenario,
      what: 'ours ÷ core, 1,000 nodes',
      value: besideCore,
      unit: '×',
      goal: '≤ 1',
      met: besideCore <= 1,
    },
  ];
}

export const deploy: SingleScenario = { name: 'deploy', title: 'deploy', run };
