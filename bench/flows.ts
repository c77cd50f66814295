import type { Flow } from '../test/support/flows';
import { deviceName } from './traffic';

export interface Place {
  endpoint: string;
  port: number;
  /** File of the authority that the broker's certificate is from. */
  ca: string;
  projectKey: string;
}
type Item = Readonly<Record<string, unknown>>;

/** A node without coordinates would count as a config node. */
const PLACED = { z: 'tab', x: 100, y: 100 };

export const SINK = 'sink';
export const SOURCE = 'source';
const CLOUD = 'cloud';
const BROKER = 'broker';

const tab: Item = { id: 'tab', type: 'tab', label: 'benchmark' };
export const sink: Item = { id: SINK, type: 'bench-sink', ...PLACED, wires: [] };
const tls = ({ ca }: Place): Item => ({
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
const repeat = (count: number, make: (device: string | undefined, i: number) => Item): Item[] =>
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

/** Ours: `nodes` nodes for all devices; the i-th with `options(i)`. */
export const oursForAll =
  (nodes: number, options: (i: number) => Item = () => ({})) =>
  (place: Place): Flow => [
    ...ourCloud(place),
    sink,
    ...Array.from({ length: nodes }, (_, i) => ourIn(i, { devices: [], ...options(i) })),
  ];

const coreBroker = (place: Place, version: 4 | 5): Item[] => [
  tab,
  tls(place),
  {
    id: BROKER,
    type: 'mqtt-broker',
    broker: '127.0.0.1',
    port: String(place.port),
    tls: 'tls',
    usetls: true,
    protocolVersion: String(version),
    keepalive: '60',
    cleansession: true,
    autoConnect: true,
  },
];

const coreIn = (place: Place, i: number, device: string | undefined, wires: string[]): Item => ({
  id: `in${i}`,
  type: 'mqtt in',
  ...PLACED,
  topic: `open/${place.projectKey}/${device ?? '+'}/attributes`,
  qos: '0',
  datatype: 'json',
  broker: BROKER,
  nl: false,
  rap: true,
  rh: 0,
  inputs: 0,
  wires: [wires],
});

/** Core `mqtt in`, as {@link ours}. */
export const core =
  (version: 4 | 5, nodes = 0) =>
  (place: Place): Flow => [
    ...coreBroker(place, version),
    sink,
    ...repeat(nodes, (device, i) => coreIn(place, i, device, [SINK])),
  ];

/** `nodes` core `mqtt in` that all want everything. */
export const coreForAll =
  (version: 4 | 5, nodes: number) =>
  (place: Place): Flow => [
    ...coreBroker(place, version),
    sink,
    ...Array.from({ length: nodes }, (_, i) => coreIn(place, i, undefined, [SINK])),
  ];

/** One core `mqtt in` for all and a switch with a rule for each device. */
export const coreSwitch =
  (nodes: number) =>
  (place: Place): Flow => [
    ...coreBroker(place, 5),
    sink,
    coreIn(place, 0, undefined, ['rules']),
    {
      id: 'rules',
      type: 'switch',
      ...PLACED,
      property: 'topic',
      propertyType: 'msg',
      rules: Array.from({ length: nodes }, (_, i) => ({
        t: 'eq',
        v: `open/${place.projectKey}/${deviceName(i)}/attributes`,
        vt: 'str',
      })),
      checkall: 'false',
      repair: false,
      outputs: nodes,
      wires: Array.from({ length: nodes }, () => [SINK]),
    },
  ];

/** Core `mqtt in` and a split: one message for each attribute. */
export const coreSplit =
  (version: 4 | 5) =>
  (place: Place): Flow => [
    ...coreBroker(place, version),
    sink,
    coreIn(place, 0, undefined, ['splitter']),
    {
      id: 'splitter',
      type: 'split',
      ...PLACED,
      splt: '\\n',
      spltType: 'str',
      arraySplt: 1,
      arraySpltType: 'len',
      stream: false,
      addname: 'attribute',
      property: 'payload',
      wires: [[SINK]],
    },
  ];

const bareNode = (type: string, place: Place, wires: string[][]): Item => ({
  id: 'bare',
  type,
  ...PLACED,
  ...place,
  wires,
});
const source = (next: string): Item => ({ id: SOURCE, type: 'bench-source', ...PLACED, wires: [[next]] });

export const bare = (place: Place): Flow => [tab, sink, bareNode('bare-in', place, [[SINK]])];

export const oursOut = (place: Place): Flow => [
  ...ourCloud(place),
  source('out'),
  { id: 'out', type: 'ezt-attr-out', ...PLACED, cloud: CLOUD, qos: 1, wires: [] },
];

export const coreOut =
  (version: 4 | 5) =>
  (place: Place): Flow => [
    ...coreBroker(place, version),
    source('out'),
    {
      id: 'out',
      type: 'mqtt out',
      ...PLACED,
      topic: '',
      qos: '1',
      retain: 'false',
      broker: BROKER,
      wires: [],
    },
  ];

export const oursCommand = (place: Place): Flow => [
  ...ourCloud(place),
  sink,
  source('out'),
  { id: 'out', type: 'ezt-command-out', ...PLACED, cloud: CLOUD, method: 'ping', qos: 1, wires: [[SINK]] },
];

export const bareCommand = (place: Place): Flow => [
  tab,
  sink,
  source('bare'),
  bareNode('bare-request', place, [[SINK]]),
];
