import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { type Deploys, deploysOf } from './deploys';

// Node-RED gives a message to the next node at the end of the turn of the event loop. If flows begin to stop in that turn, it
// drops what is on its way to a node that it closes; on a busy machine that may be hundreds of messages. So they wait for the
// node that takes its place, as those do that come later.

const HOOK = 'onReceive.eztcloud-deploy';

/** Ids of the messages that nodes of ours have sent in this turn of the event loop, and in the one before. */
let sent: string[] = [];
let sentBefore: string[] = [];
let aging = false;

/** A node of ours has just sent a message. */
export function noteSent({ _msgid: id }: NodeMessage): void {
  if (id === undefined) return;
  sent.push(id);
  if (!aging) setImmediate(age);
  aging = true;
}

/** Twice before an id is forgotten: one that is sent after the first time in a turn arrives in the next. */
function age() {
  sentBefore = sent;
  sent = [];
  aging = sentBefore.length > 0;
  if (aging) setImmediate(age);
}

interface Arriving {
  msg: NodeMessage;
  destination: { id: string; node: Node };
}

const watched = new WeakSet<Deploys>();

/**
 * Holds what nodes of ours have just sent back from nodes that a deploy closes, and gives it to their successors at its end,
 * before anything that came later. Not in a full deploy, which closes the connections as well: the broker sends again what
 * has not been acknowledged. The hook stands only while such a deploy runs, so no other message pays for it.
 */
export function keepOnTheWay(RED: NodeAPI): void {
  const deploys = deploysOf(RED);
  if (watched.has(deploys)) return;
  watched.add(deploys);
  const { hooks }: { hooks?: NodeAPI['hooks'] } = RED;
  if (!hooks) return; // in the test helper
  let held: Arriving[] = [];

  deploys.on('begin', () => {
    const ids = new Set([...sentBefore, ...sent]);
    if (deploys.full || ids.size === 0) return;
    hooks.add(HOOK, (arriving: Arriving) => {
      const { msg, destination } = arriving;
      if (!ids.has(msg._msgid ?? '') || RED.nodes.getNode(destination.id) === destination.node) return;
      held.push(arriving);
      return false; // Node-RED goes no further with it
    });
  });
  deploys.on('end', () => {
    hooks.remove(HOOK);
    const arriving = held;
    held = [];
    for (const { msg, destination } of arriving)
      (RED.nodes.getNode(destination.id) ?? destination.node).receive(msg);
  });
}
