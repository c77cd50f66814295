import type { Credentials, Flow } from '../support/flows';
import type { Mosquitto } from '../support/mosquitto';

export const DEVICES = 100;

type Item = Readonly<Record<string, unknown>>;
const repeat = (count: number, make: (i: number) => Item): Item[] =>
  Array.from({ length: count }, (_, i) => make(i));

/** One message for each that comes: by these it is seen whether one was lost. */
export const PLAIN: Item = { types: ['attributes'] };

/** What a hundred ezt-in differ in. */
const IN: readonly Item[] = [
  PLAIN,
  { types: ['attributes'], output: 'value', topic: 'attribute' },
  { types: ['attributes', 'online'], when: 'changed', initial: true },
  { types: [], own: 'drop' },
];

const WATCH: readonly Item[] = [
  { mode: 'silence', after: 5 },
  { mode: 'threshold', attribute: 't', op: 'gt', value: 50, clear: '45' },
  { mode: 'alarm', every: 2 },
];

const COMMANDS: readonly Item[] = [
  { timeout: 5 },
  { timeout: 2, retries: 1, secondOutput: true, outputs: 2 },
  { whenOffline: 'hold', holdFor: 60 },
];

/** Whether the node of that device, `DU_<n>`, is a plain one. */
export const isPlain = (device: string): boolean => IN[Number(device.slice(3)) % IN.length] === PLAIN;

/** Two hundred nodes of every type on one project; with another `revision` half of them are edited. */
export function flowOf(broker: Mosquitto, caFile: string, revision = 0): Flow {
  const edited = (i: number) => ({ name: i % 2 === 0 ? `revision ${revision}` : '', cloud: 'project' });
  const device = (i: number) => `DU_${i % DEVICES}`;
  const sink = [['sink']];
  const placed: Item[] = [
    ...repeat(100, (i) => ({
      id: `in${i}`,
      type: 'ezt-in',
      ...edited(i),
      devices: [device(i)],
      ...IN[i % IN.length],
      wires: sink,
    })),
    ...repeat(30, (i) => ({
      id: `push${i}`,
      type: 'ezt-attr-out',
      ...edited(i),
      keep: i % 3 === 0 ? 'latest' : 'all',
      wires: [],
    })),
    ...repeat(30, (i) => ({
      id: `command${i}`,
      type: 'ezt-command-out',
      ...edited(i),
      method: 'echo',
      ...COMMANDS[i % COMMANDS.length],
      wires: [...sink, ...sink],
    })),
    ...repeat(20, (i) => ({
      id: `ask${i}`,
      type: 'ezt-device',
      ...edited(i),
      device: i % 2 === 0 ? '*' : '',
      wires: sink,
    })),
    ...repeat(20, (i) => ({
      id: `watch${i}`,
      type: 'ezt-watch',
      ...edited(i),
      devices: [device(i)],
      ...WATCH[i % WATCH.length],
      wires: [...sink, ...sink],
    })),
    ...sources('push', 30, 1),
    ...sources('command', 30, 1),
    ...sources('ask', 20, 0.5),
    { id: 'sink', type: 'soak-sink', wires: [] },
    { id: 'caught', type: 'catch', wires: [] },
  ];
  return [
    { id: 'tab', type: 'tab', label: 'Soak' },
    { id: 'tls', type: 'tls-config', cert: '', key: '', ca: caFile, verifyservercert: true },
    {
      id: 'project',
      type: 'eztcloud-config',
      endpoint: broker.endpoint,
      tls: 'tls',
      session: 'persistent',
      queueStore: 'disk',
    },
    // Without coordinates Node-RED takes a node for a config node.
    ...placed.map((node) => ({ ...node, z: 'tab', x: 0, y: 0 })),
  ] as Flow;
}

const sources = (kind: string, count: number, rate: number): Item[] =>
  repeat(count, (i) => ({
    id: `${kind}${i}-source`,
    type: 'soak-source',
    rate,
    devices: DEVICES,
    wires: [[`${kind}${i}`]],
  }));

export const credentialsOf = ({ key, secret }: Mosquitto): Credentials => ({
  project: { projectKey: key, projectSecret: secret },
});
