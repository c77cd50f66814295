import type { Flow } from '../test/support/flows';
import { type NodeRed, startNodeRed } from '../test/support/node-red';
import type { Broker } from './broker';
import { credentials, type Place, SOURCE } from './flows';
import type { Load } from './load';
import type { Reading } from './nodes/meter';
import { nodesDirectory } from './nodes-directory';
import { quantile } from './statistics';
import type { Traffic } from './traffic';

/** One of those compared: a flow, and what is sent to it or through it. */
export interface Contender {
  name: string;
  flow(place: Place): Flow;
  /** What devices send; every message makes `fanOut` in the flow (1 by default). */
  traffic?: Omit<Traffic, 'projectKey'>;
  fanOut?: number;
  /** Instead: the flow's own source sends, with so many on the way at a time. */
  window?: number;
}

/** What one round found of one contender. */
export interface Figures {
  /** Messages per second that arrived in the flow, or were settled. */
  rate: number;
  /** Microseconds of processor time of Node-RED for each of them. */
  cpu: number;
  /** Milliseconds from the source to the end; with a source only. */
  p50?: number;
  p99?: number;
}

/** What every contender of a run shares. */
export interface Environment {
  broker: Broker;
  load: Load;
}

/** A contender in a Node-RED of its own. */
export interface Subject {
  readonly nodeRed: NodeRed;
  readonly projectKey: string;
  /** One burst of `messages` (of devices, or of the source). */
  measure(messages: number): Promise<Figures>;
  heap(): Promise<number>;
  /** Profiles while `messages` pass; resolves with the `.cpuprofile`. */
  profile(messages: number): Promise<unknown>;
  stop(): Promise<void>;
}

const SOURCE_DEVICES = 10;
const READY_TIMEOUT = 120_000;
let projects = 0;

/** Starts Node-RED with the flow and waits until every one of its nodes gets what is meant for it. */
export async function startSubject(contender: Contender, { broker, load }: Environment): Promise<Subject> {
  const { traffic, fanOut = 1, window } = contender;
  projects += 1;
  const projectKey = `PR_${projects}`;
  const place: Place = { endpoint: broker.endpoint, port: broker.port, ca: broker.ca, projectKey };
  const nodeRed = await startBenchNodeRed(contender.flow(place), place);
  const api = async <T>(path: string, method = 'GET', body?: unknown): Promise<T> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await nodeRed.request(path, { method, headers, body: JSON.stringify(body) ?? null });
    return (await answer.json()) as T;
  };

  async function burst(messages: number, idle = ''): Promise<Reading> {
    await api(`/bench/arm/${messages * fanOut}`, 'POST');
    if (traffic) await load.publish(projectKey, messages);
    else
      await api(`/bench/flood/${SOURCE}`, 'POST', { messages, window, devices: SOURCE_DEVICES, projectKey });
    return api<Reading>(`/bench/reading${idle}`);
  }

  async function measure(messages: number): Promise<Figures> {
    const { count, wall, cpu, latencies } = await burst(messages);
    const expected = messages * fanOut;
    if (count !== expected) throw new Error(`${contender.name}: ${count} of ${expected} messages arrived`);
    const figures = { rate: (1000 * count) / wall, cpu: cpu / count };
    return latencies.length === 0
      ? figures
      : { ...figures, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) };
  }

  if (traffic) await load.prepare({ ...traffic, projectKey });
  else await load.answer(projectKey);
  const deadline = Date.now() + READY_TIMEOUT;
  const once = Math.min(traffic?.devices ?? 1, 10_000);
  while ((await burst(once, '?idle=1000')).count !== once * fanOut) {
    if (Date.now() > deadline) throw new Error(`${contender.name} does not get its messages`);
  }

  return {
    nodeRed,
    projectKey,
    measure,
    heap: async () => (await api<{ heap: number }>('/bench/heap')).heap,
    async profile(messages) {
      await api('/bench/profile', 'POST');
      await measure(messages);
      return api('/bench/profile');
    },
    stop: () => nodeRed.stop('SIGKILL'),
  };
}

/** Node-RED with the benchmark's own nodes, without an editor to serve. */
export function startBenchNodeRed(flows: Flow, place: Place): Promise<NodeRed> {
  return startNodeRed({
    flows,
    credentials: credentials(place),
    settings: {
      nodesDir: nodesDirectory(),
      disableEditor: true,
      credentialSecret: false,
      apiMaxLength: '50mb',
      // A rule of a switch would otherwise be a port too many for the log.
      logging: { console: { level: 'info', metrics: false, audit: false } },
    },
  });
}
