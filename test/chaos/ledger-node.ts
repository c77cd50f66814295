import { EventEmitter } from 'node:events';
import { appendFileSync, existsSync } from 'node:fs';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { Entry } from './ledger';

/**
 * Runs inside Node-RED: numbers messages, and writes down what becomes of each. Every line is written before
 * anything else can happen, so that not even SIGKILL loses one.
 */
const file = process.env.EZT_LEDGER ?? 'ledger';
const run = Date.now();
let last = 0;

function write(entry: Omit<Entry, 'run' | 'at'>): void {
  appendFileSync(file, `${JSON.stringify({ run, at: Date.now(), ...entry })}\n`);
}

interface SourceDef extends NodeDef {
  /** What the messages are for; also the name under which they are counted. */
  stream: string;
  /** Messages per second. */
  rate: number;
}

interface Numbered {
  ledger?: { stream: string; n: number };
}

interface Reported {
  attempts?: number;
  payload?: unknown;
  device?: string;
  known?: boolean;
}

interface Receiving {
  id: string;
  /** `node._inputCallback`: null once the node is closed. Node-RED then drops the message before the node has it. */
  node: { _inputCallback?: unknown };
}

/** A line of the log: the handler before this one has made text of an error. */
interface Logged {
  type?: string;
  msg?: unknown;
}

/** What a project says of messages that nobody waits for any more: an earlier process, or a node that has closed, left them on disk. */
function givenUp(line: string): Pick<Entry, 'count' | 'reason'> | undefined {
  const [, count] = /(\d+) queued messages expired/.exec(line) ?? [];
  if (count !== undefined) return { count: Number(count), reason: 'expired' };
  if (/Not sent within|did not acknowledge within/.test(line)) return { count: 1, reason: 'expired' };
  return line.includes('closed the connection twice on this message')
    ? { count: 1, reason: 'hungUp' }
    : undefined;
}

/** Node-RED's messaging hooks: types/node-red has none. */
interface WithHooks {
  hooks: {
    add(
      name: 'onReceive.ledger',
      hook: (event: { msg: Numbered & Reported; destination: Receiving }) => void,
    ): void;
    add(
      name: 'onComplete.ledger',
      hook: (event: { msg: Numbered; node: { id: string }; error?: unknown }) => void,
    ): void;
  };
}

export = (RED: NodeAPI & WithHooks): void => {
  write({ event: 'run' });
  RED.hooks.add('onReceive.ledger', ({ msg: { ledger }, destination: { id, node } }) => {
    if (ledger && id === ledger.stream && node._inputCallback) write({ event: 'offered', ...ledger });
  });
  RED.hooks.add('onComplete.ledger', ({ msg, node, error }) => {
    const { ledger } = msg;
    if (!ledger || node.id !== ledger.stream) return;
    const { code, reason, params } = (error ?? {}) as {
      code?: string;
      reason?: string;
      params?: { attempts?: number };
    };
    const { attempts } = params ?? {};
    if (error)
      write({ event: 'failed', ...ledger, code: code ?? 'none', ...(reason && { reason }), attempts });
    else write({ event: 'done', ...ledger });
  });
  const log = new EventEmitter().on('log', ({ type, msg }: Logged) => {
    const found = type === 'eztcloud-config' && givenUp(String(msg));
    if (found) write({ event: 'given up', ...found });
  });
  RED.log.addHandler(log);
  RED.events.on('flows:stopping', () => write({ event: 'stopping' }));
  RED.events.on('flows:stopped', () => write({ event: 'stopped' }));

  RED.nodes.registerType('ledger-source', function (this: Node, def: SourceDef) {
    RED.nodes.createNode(this, def);
    const timer = setInterval(() => {
      if (existsSync(`${file}.stop`)) return;
      last += 1;
      const ledger = { stream: def.stream, n: last };
      this.send({ payload: { n: last, run }, ledger } as { payload: unknown });
    }, 1000 / def.rate);
    this.on('close', () => clearInterval(timer));
  });

  RED.nodes.registerType('ledger-sink', function (this: Node, def: NodeDef & { event: Entry['event'] }) {
    RED.nodes.createNode(this, def);
    this.on('input', (msg: Numbered & Reported, _send, done) => {
      const { ledger } = msg;
      if (def.event === 'in') {
        const { n, params } = msg.payload as { n?: number; params?: { n: number } };
        write({ event: 'in', stream: msg.device ?? '', n: n ?? params?.n ?? -1 });
      } else if (def.event === 'changed') {
        const { n = -1, ten } = msg.payload as { n?: number; ten?: number };
        write({ event: msg.known ? 'known' : 'changed', stream: msg.device ?? '', n, ten });
      } else if (ledger) {
        const echo = (msg.payload as { params?: { n?: number } }).params?.n;
        write({ event: def.event, ...ledger, echo, attempts: msg.attempts });
      }
      done();
    });
  });
};
