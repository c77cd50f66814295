import type { Node, NodeAPI, NodeStatus } from 'node-red';
import { type Client, type EztError, type State, subscriptionTrouble } from '../../cloud';
import { deploysOf } from './deploys';

const core = (text: string) => `node-red:common.status.${text}`;
/** A status with a translated text: Status nodes and subflows pass the text on as it is. */
export interface ReasonStatus extends NodeStatus {
  /** The same in every language, e.g. `credentials`. */
  reason: string;
}

const CONNECTED: NodeStatus = { fill: 'green', shape: 'dot', text: core('connected') };
const CONNECTING: NodeStatus = { fill: 'yellow', shape: 'ring', text: core('connecting') };
const DISCONNECTED: NodeStatus = { fill: 'red', shape: 'ring', text: core('disconnected') };

/** The status of a node whose settings, or whose project, cannot be used. */
export const problemStatus = (RED: NodeAPI, { reason }: EztError): ReasonStatus => reasonStatus(RED, reason);

/** `queued`: the number of messages that wait. */
function reasonStatus(RED: NodeAPI, reason: string, queued = 0): ReasonStatus {
  const text = shortText(RED, reason);
  const count = queued > 0 ? ` · ${RED._('eztcloud.status.queued')} ${queued}` : '';
  return { fill: 'red', shape: 'ring', text: text + count, reason };
}

/** In the language of the runtime, if its catalogue has it. */
function shortText(RED: NodeAPI, reason: string): string {
  const key = `eztcloud.reason.${reason}`;
  const text = RED._(key);
  return text.includes(key) ? reason : text;
}

/** Why it cannot connect; `undefined` if the connection was merely lost. */
const refusedBecause = (state: State): string | undefined =>
  state.is === 'waiting' && state.refusal.trouble !== 'lost' ? state.refusal.trouble : undefined;

function stateStatus(state: State): NodeStatus {
  switch (state.is) {
    case 'connected':
      return CONNECTED;
    case 'connecting':
      return CONNECTING;
    case 'waiting':
    case 'idle':
    case 'closed':
      return DISCONNECTED;
  }
}

export interface StatusSource {
  client: Client;
  /** The broker's reason code for a subscription of the node that it refuses. */
  refused(): number | undefined;
  pending(): { queued: number; commands: number; held: number };
}

const later = new WeakMap<Node, NodeStatus>();

/** As `node.status`, but not before the end of a deploy: Status nodes start last. */
export function setStatus(RED: NodeAPI, node: Node, status: NodeStatus): void {
  const deploys = deploysOf(RED);
  if (!deploys.running) {
    later.delete(node);
    node.status(status);
    return;
  }
  const waits = later.has(node);
  later.set(node, status);
  if (waits) return;
  void deploys.over().then(() => {
    const last = later.get(node);
    later.delete(node);
    if (last) node.status(last);
  });
}

/** Milliseconds between changes, at least: each status is sent to every open editor. */
const INTERVAL = 250;

/** Keeps the node's status up to date. Call `changed` when what is pending has changed, `stop` when the node closes. */
export function showStatus(RED: NodeAPI, node: Node, { client, refused, pending }: StatusSource) {
  let shown = '';
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  function current(settled: boolean): NodeStatus {
    const connected = client.state.is === 'connected';
    const code = connected ? refused() : undefined;
    const { queued, commands, held } = pending();
    // While connected a message is pending for milliseconds only: the status would flicker.
    const waiting = settled || !connected ? queued : 0;
    const because = code === undefined ? refusedBecause(client.state) : subscriptionTrouble(code);
    if (because !== undefined) return reasonStatus(RED, because, waiting);
    if (connected && commands > 0) return counted('blue', { waiting: commands, held });
    if (waiting > 0) return counted('yellow', { queued: waiting, held });
    if (connected && held > 0) return counted('yellow', { held });
    return stateStatus(client.state);
  }

  function counted(fill: 'yellow' | 'blue', counts: Readonly<Record<string, number>>): NodeStatus {
    const parts = Object.entries(counts).filter(([, count]) => count > 0);
    const text = parts.map(([label, count]) => `${RED._(`eztcloud.status.${label}`)} ${count}`).join(' · ');
    return { fill, shape: 'dot', text };
  }

  function draw(settled: boolean) {
    const status = current(settled);
    const text = JSON.stringify(status);
    if (text === shown) return;
    shown = text;
    setStatus(RED, node, status);
  }

  function changed() {
    // The node that replaces this one has the same id, and must not show what this one still settles.
    if (timer || stopped) return;
    draw(false);
    timer = setTimeout(() => {
      timer = undefined;
      draw(true);
    }, INTERVAL);
  }

  const unwatch = client.onChange(() => draw(true));
  draw(true);
  return {
    changed,
    stop() {
      stopped = true;
      later.delete(node);
      unwatch();
      clearTimeout(timer);
    },
  };
}
