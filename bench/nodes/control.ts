import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import { deviceName } from '../traffic';
import { arm, arrivals, arrived, heapUsed, reading, startProfile, stopProfile, type Timed } from './meter';

/** What the benchmark asks a source for. */
export interface Flood {
  messages: number;
  /** Messages on the way at a time. */
  window: number;
  devices: number;
  projectKey: string;
}

/** Nodes whose completion ends a message of an outgoing flow: the broker has acknowledged it. */
const OUTGOING = new Set(['ezt-attr-out', 'mqtt out']);

/** `bench-sink` counts; `bench-source` sends; both are driven over the admin API. */
export = (RED: NodeAPI): void => {
  const sources = new Map<string, (flood: Flood) => void>();

  RED.nodes.registerType('bench-sink', function (this: Node, raw: NodeDef) {
    RED.nodes.createNode(this, raw);
    this.on('input', (message: Timed, _send, done) => {
      arrived(message);
      done();
    });
  });

  RED.nodes.registerType('bench-source', function (this: Node, raw: NodeDef) {
    RED.nodes.createNode(this, raw);
    sources.set(raw.id, (flood) => {
      let sent = 0;
      const next = () => {
        if (sent === flood.messages) return;
        this.send(outgoing(sent, flood));
        sent += 1;
      };
      arrivals.clear();
      arrivals.add(next);
      for (let i = 0; i < flood.window; i += 1) next();
    });
  });

  RED.hooks.add('onComplete.bench', ({ node, msg }: { node: { node: Node }; msg: NodeMessage }) => {
    if (OUTGOING.has(node.node.type)) arrived(msg);
  });

  RED.httpAdmin.post('/bench/arm/:messages', (request, response) => {
    arm(Number(request.params.messages));
    response.json({});
  });
  RED.httpAdmin.get('/bench/reading', (request, response) => {
    const { idle } = request.query;
    void reading(idle === undefined ? undefined : Number(idle)).then((found) => response.json(found));
  });
  RED.httpAdmin.post('/bench/flood/:source', (request, response) => {
    sources.get(request.params.source)?.(request.body as Flood);
    response.json({});
  });
  RED.httpAdmin.get('/bench/heap', (_request, response) => response.json({ heap: heapUsed() }));
  RED.httpAdmin.get('/bench/loaded', (_request, response) => {
    response.json(Object.keys(require.cache).filter((file) => /node_modules.mqtt.build/.test(file)).length);
  });
  RED.httpAdmin.post('/bench/profile', (_request, response) => {
    startProfile();
    response.json({});
  });
  RED.httpAdmin.get('/bench/profile', (_request, response) => {
    void stopProfile().then((profile) => response.json(profile));
  });
};

/** Each contender takes the fields it knows: ours the device, core the topic. */
function outgoing(i: number, { devices, projectKey }: Flood): Timed & Record<string, unknown> {
  const device = deviceName(i % devices);
  return {
    startedAt: performance.now(),
    device,
    topic: `open/${projectKey}/${device}/attributes_push`,
    payload: { temperature: 23.4, humidity: 56.7, switch: true, mode: 'auto', sequence: i },
  };
}
