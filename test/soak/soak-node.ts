import { Session } from 'node:inspector';
import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import { isPlain } from './flow';
import type { Counts, Sample } from './sample';

interface SourceDef extends NodeDef {
  /** Messages per second, to the node that it is wired to. */
  rate: number;
  devices: number;
}

interface Marked {
  soak?: true;
  type?: unknown;
  device?: unknown;
}
interface Completed {
  msg: Marked;
  node: { node: Node };
  error?: unknown;
}
interface Receiving {
  msg: Marked;
  destination: { node: Node & { _inputCallback?: unknown } };
}

const session = new Session();
session.connect();
const collectGarbage = (): Promise<void> =>
  new Promise((resolve, reject) => {
    session.post('HeapProfiler.collectGarbage', (error) => (error ? reject(error) : resolve()));
  });

/** Listeners of what lives as long as the process does; that is where forgotten ones add up. */
const listeners = (...emitters: NodeJS.EventEmitter[]): number =>
  emitters
    .flatMap((emitter) => emitter.eventNames().map((name) => emitter.listenerCount(name)))
    .reduce((sum, count) => sum + count, 0);

/** Runs inside Node-RED: sends, counts what becomes of each message, and weighs the process. */
export = (RED: NodeAPI): void => {
  const counts: Counts = { received: 0, plain: 0, offered: 0, done: 0, failed: {} };
  let paused = false;
  let cpu = process.cpuUsage();

  // Counted where Node-RED hands a message to a node that is there: to one that a deploy has just closed it gives none.
  RED.hooks.add('onReceive.soak', ({ msg, destination: { node } }: Receiving) => {
    if (msg.soak && node._inputCallback && node.type.startsWith('ezt-')) counts.offered += 1;
  });
  RED.hooks.add('onComplete.soak', ({ msg, node, error }: Completed) => {
    if (!msg.soak || !node.node.type.startsWith('ezt-')) return;
    const { code = 'none' } = (error ?? {}) as { code?: string };
    if (error) counts.failed[code] = (counts.failed[code] ?? 0) + 1;
    else counts.done += 1;
  });

  RED.nodes.registerType('soak-source', function (this: Node, def: SourceDef) {
    RED.nodes.createNode(this, def);
    let n = 0;
    const timer = setInterval(() => {
      if (paused) return;
      n += 1;
      const message = { payload: { n }, device: `DU_${n % def.devices}`, soak: true };
      this.send(message as NodeMessage);
    }, 1000 / def.rate);
    this.on('close', () => clearInterval(timer));
  });

  RED.nodes.registerType('soak-sink', function (this: Node, def: NodeDef) {
    RED.nodes.createNode(this, def);
    this.on('input', (message, _send, done) => {
      counts.received += 1;
      const { soak, type, device } = message as Marked;
      if (!soak && type === 'attributes' && isPlain(String(device))) counts.plain += 1;
      done();
    });
  });

  RED.httpAdmin.post('/soak/pause', (request, response) => {
    paused = (request.body as { paused: boolean }).paused;
    response.json({});
  });
  RED.httpAdmin.get('/soak/counts', (_request, response) => response.json(counts));
  RED.httpAdmin.get('/soak/sample', (_request, response) => {
    void collectGarbage()
      .then(collectGarbage)
      .then(() => {
        const { heapUsed, external, rss } = process.memoryUsage();
        const resources = process.getActiveResourcesInfo();
        const timers = resources.filter((name) => name === 'Timeout' || name === 'Immediate').length;
        const used = process.cpuUsage(cpu);
        cpu = process.cpuUsage();
        const sample: Sample = {
          at: Date.now(),
          heap: heapUsed,
          external,
          rss,
          timers,
          handles: resources.length - timers,
          listeners: listeners(process, RED.events as unknown as NodeJS.EventEmitter),
          cpu: (used.user + used.system) / 1e6,
        };
        response.json(sample);
      });
  });
};
