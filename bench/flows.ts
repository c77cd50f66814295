import type { Flow } from '../test/support/flows';
import { deviceName } from './traffic';

export interface Place {
  endpoint: string;
  port: number;
  /** File of the authority that the broker's certificate is from. */
  ca: string;
  projectKey: string;
}
export type Item = Readonly<Record<string, unknown>>;

/** A node without coordinates would count as a config node. */
export const PLACED = { z: 'tab', x: 100, y: 100 };

export const SINK = 'sink';
export const SOURCE = 'source';
const CLOUD = 'cloud';
export const BROKER = 'broker';

export const tab: Item = { id: 'tab', type: 'tab', label: 'benchmark' };
export const sink: Item = { id: SINK, type: 'bench-sink', ...PLACED, wires: [] };
export const tls = ({ ca }: Place): Item => ({
  id: 'tls',
  type: 'tls-config',
  name: '',
  cert: '',
  key: '',
  ca,
  certname: '',
  keyname: '',
  caname: '',
  servername: '',
  verifyservercert: true,
  alpnprotocol: '',
});

/** `count` nodes that `make` describes, each for one of as many devices, or one for all of them. */
export const repeat = (count: number, make: (device: string | undefined, i: number) => Item): Item[] =>
  count === 0 ? [make(undefined, 0)] : Array.from({ length: count }, (_, i) => make(deviceName(i), i));

/** Credentials go to the file that Node-RED reads at start. */
export const credentials = ({ projectKey }: Place) => ({
  [CLOUD]: { projectKey, projectSecret: 'secret' },
  [BROKER]: { user: projectKey, password: 'secret' },
});

const ourCloud = (place: Place): Item[] => [
  tab,
  tls(place),
  { id: CLOUD, type: 'eztcloud-config', name: '', endpoint: place.endpoint, tls: 'tls' },
];

const ourIn = (i: number, options: Item): Item => ({
  id: `in${i}`,
  type: 'ezt-in',
  ...PLACED,
  cloud: CLOUD,
  types: ['attributes'],
  qos: 0,
  wires: [[SINK]],
  ...options,
});

/** Ours: `nodes` nodes with a device each; 0: one node for all. */
export const ours =
  (nodes = 0, options: Item = {}) =>
  (place: Place): Flow => [
    ...ourCloud(place),
    sink,
    ...repeat(nodes, (device, i) => ourIn(i, { devices: device === undefined ? [] : [device], ...options })),
  ];

/** Ours: one node for all devices, and `watches` watches with a device each. */
export const oursWatching =
  (watches: number, options: Item) =>
  (place: Place): Flow => [
    ...ours()(place),
    ...repeat(watches, (device, i) => ({
      id: `watch${i}`,
      type: 'ezt-watch',
      ...PLACED,
      cloud: CLOUD,
      devices: [device],
      wires: [[], []],
      ...options,
    })),
  ];

/** Ours: `nodes` nodes for all devices; the i-th with `options(i)`. */
export const oursForAll =
  (nodes: number, options: (i: number) => Item = () => ({})) =>
  (place: Place): Flow => [
    ...ourCloud(place),
    sink,
    ...Array.from({ length: nodes }, (_, i) => ourIn(i, { devices: [], ...options(i) })),
  ];

const bareNode = (type: string, version: 4 | 5, place: Place, wires: string[][]): Item => ({
  id: 'bare',
  type,
  version,
  ...PLACED,
  ...place,
  wires,
});
export const source = (next: string): Item => ({
  id: SOURCE,
  type: 'bench-source',
  ...PLACED,
  wires: [[next]],
});

export const bare =
  (version: 4 | 5) =>
  (place: Place): Flow => [tab, sink, bareNode('bare-in', version, place, [[SINK]])];

export const oursOut = (place: Place): Flow => [
  ...ourCloud(place),
  source('out'),
  { id: 'out', type: 'ezt-attr-out', ...PLACED, cloud: CLOUD, qos: 1, wires: [] },
];

export const oursCommand = (place: Place): Flow => [
  ...ourCloud(place),
  sink,
  source('out'),
  { id: 'out', type: 'ezt-command-out', ...PLACED, cloud: CLOUD, method: 'ping', qos: 1, wires: [[SINK]] },
];

export const bareCommand =
  (version: 4 | 5) =>
  (place: Place): Flow => [tab, sink, source('bare'), bareNode('bare-request', version, place, [[SINK]])];
