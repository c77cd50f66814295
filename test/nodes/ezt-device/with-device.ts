import type { DeviceMemory } from '../../../cloud';
import type { Project } from '../../../nodes/eztcloud-config/runtime';
import { temporaryDirectory } from '../../support/cleanup';
import { until } from '../../support/events';
import { type Flow, loadFlow, nodeOf, unload } from '../../support/flows';
import { credentials, palette, project, ready, record, type Seen, tab } from '../../support/project';
import { type ScriptedBroker, startScriptedBroker } from '../../support/scripted-broker';
import { watchSettling } from '../../support/settled';

const KEY = 'PR_scripted';
export const topic = (device: string, channel: string) => `open/${KEY}/${device}/${channel}`;
const secrets = ({ ca }: ScriptedBroker) => credentials({ key: KEY, secret: 'secret', ca });

/** What the project of `cloud` knows of its devices. */
export function memoryOf(): DeviceMemory {
  const { client } = (nodeOf('cloud') as unknown as { project: Project }).project;
  if (!client) throw new Error('No client');
  return client.memory;
}

/**
 * Before each test of the suite: a broker, and a flow with the ezt-device `out`. `aliases` and `properties`:
 * the project's; `more`: further nodes.
 */
export function withDevice(
  aliases: Record<string, { name?: string; tags?: string[] }> = {},
  more: Flow = [],
  properties: Readonly<Record<string, unknown>> = {},
) {
  let broker: ScriptedBroker;
  let settling: ReturnType<typeof watchSettling>;
  let got: Seen[];
  let errors: Seen[];

  const flow = (own: Record<string, unknown> = {}): Flow => [
    ...tab(),
    ...project(broker, { aliases, ...properties }),
    ...palette('ezt-device', 'out', own),
    ...more,
  ];

  beforeEach(async () => {
    broker = await startScriptedBroker();
    settling = watchSettling('out');
  });
  afterEach(async () => {
    settling.stop();
    await unload();
    await broker.stop();
  });

  return {
    get broker() {
      return broker;
    },
    get settling() {
      return settling;
    },
    /** What has left the node, and what Catch has caught. */
    get got() {
      return got;
    },
    get errors() {
      return errors;
    },
    flow,
    /** Starts the flow; resolves when the node is connected and has subscribed, if the broker lets it. */
    async start(own: Record<string, unknown> = {}, userDir = temporaryDirectory('user')): Promise<void> {
      await loadFlow(flow(own), { credentials: secrets(broker), settings: { userDir } });
      if (broker.on.connect === undefined) await ready('out');
      got = record('out.got');
      errors = record('errors');
    },
    /** A device says something, which the broker sends without being asked; resolves when it is known. */
    async says(device: string, channel: string, payload: unknown): Promise<void> {
      const known = () => {
        const { onlineAt, alarmAt, attributes } = memoryOf().get(device) ?? {};
        return JSON.stringify([onlineAt, alarmAt, [...(attributes ?? [])]]);
      };
      const before = known();
      const name = topic(device, channel);
      const packet = {
        topic: name,
        payload: JSON.stringify(payload),
        qos: 0,
        retain: false,
        dup: false,
      } as const;
      broker.current.send({ cmd: 'publish', ...packet });
      await until(() => known() !== before, 5000, `${name} to be learned`);
    },
    /** What leaves the node, or is caught, when it gets `message`; resolves when that has ended. */
    async ask(message: Record<string, unknown> = {}): Promise<Seen[]> {
      const [sent, caught] = [got.length, errors.length];
      settling.give(message);
      await settling.all();
      // What was sent before `done` arrives in the same turn of the event loop.
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
      return [...got.slice(sent), ...errors.slice(caught)];
    },
  };
}
