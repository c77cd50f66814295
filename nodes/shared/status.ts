import type { Node, NodeAPI, NodeStatus } from 'node-red';
import { type Client, type EztError, type State, subscriptionTrouble } from '../../cloud';
import { deploysOf } from './deploys';
import { createOutcome } from './outcome-status';
import { type ReasonStatus, reasonStatus } from './reason-status';

const core = (text: string) => `node-red:common.status.${text}`;
const CONNECTED: NodeStatus = { fill: 'green', shape: 'dot', text: core('connected') };
const CONNECTING: NodeStatus = { fill: 'yellow', shape: 'ring', text: core('connecting') };
const DISCONNECTED: NodeStatus = { fill: 'red', shape: 'ring', text: core('disconnected') };

/** The status of a node whose settings, or whose project, cannot be used. */
export const problemStatus = (RED: NodeAPI, { reason }: EztError): ReasonStatus =>
  reasonStatus(RED, [reason]);

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

/** What tells the time: milliseconds since the epoch. Tests have their own. */
export interface StatusClock {
  now(): number;
  setTimeout(act: () => void, ms: number): NodeJS.Timeout;
  clearTimeout(timer: NodeJS.Timeout | undefined): void;
}

/** Milliseconds between changes, at least: each status is sent to every open editor. */
const INTERVAL = 250;

/**
 * Keeps the node's status up to date. Call `changed` when what is pending has changed, `sent` and `failed` before that with
 * how a message has ended, `stop` when the node closes.
 */
export function showStatus(
  RED: NodeAPI,
  node: Node,
  { client, refused, pending }: StatusSource,
  clock: StatusClock = { now: Date.now, setTimeout, clearTimeout },
) {
  const { setTimeout, clearTimeout } = clock;
  const outcome = createOutcome(RED, clock.now);
  let shown = '';
  let timer: NodeJS.Timeout | undefined;
  let again = false;
  let fading: NodeJS.Timeout | undefined;
  let fadesAt = 0;
  let stopped = false;

  function current(settled: boolean): NodeStatus {
    const connected = client.state.is === 'connected';
    const code = connected ? refused() : undefined;
    const { queued, commands, held } = pending();
    // While connected a message is pending for milliseconds only: the status would flicker.
    const waiting = settled || !connected ? queued : 0;
    const because = code === undefined ? refusedBecause(client.state) : subscriptionTrouble(code);
    if (because !== undefined) return reasonStatus(RED, [because], waiting);
    if (connected && commands > 0) return counted('blue', { waiting: commands, held });
    if (waiting > 0) return counted('yellow', { queued: waiting, held });
    if (connected && held > 0) return counted('yellow', { held });
    return (connected ? outcomeNow() : undefined) ?? stateStatus(client.state);
  }

  function outcomeNow(): NodeStatus | undefined {
    const now = outcome.now();
    if (!now) return undefined;
    const due = clock.now() + now.left;
    if (fading && due >= fadesAt) return now.status;
    clearTimeout(fading);
    fadesAt = due;
    fading = setTimeout(() => {
      fading = undefined;
      draw(true);
    }, now.left);
    return now.status;
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
    if (stopped) return;
    if (timer) {
      again = true;
      return;
    }
    draw(false);
    timer = setTimeout(drawLater, INTERVAL);
  }

  function drawLater() {
    timer = again ? setTimeout(drawLater, INTERVAL) : undefined;
    again = false;
    draw(true);
  }

  const unwatch = client.onChange(() => draw(true));
  draw(true);
  return {
    changed,
    sent: outcome.sent,
    failed: outcome.failed,
    stop() {
      stopped = true;
      later.delete(node);
      unwatch();
      clearTimeout(timer);
      clearTimeout(fading);
    },
  };
}
