import type { Flow } from '../test/support/flows';
import { BROKER, type Item, PLACED, type Place, repeat, SINK, sink, source, tab, tls } from './flows';
import { deviceName } from './traffic';

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
