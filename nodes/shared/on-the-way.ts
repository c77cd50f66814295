import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { type Deploys, deploysOf } from './deploys';

// Node-RED gives a message to the next node at the end of the turn of the event loop. If flows begin to stop in that turn, it
// drops what is on its way to a node that it closes; on a busy machine that may be hundreds of messages. So they wait for the
// node that takes its place, as those do that come later.

const HOOK = 'onReceive.eztcloud-deploy';

/** Ids of the messages that nodes of ours have sent in this turn of the event loop, and in the one before. */
let sent = noneSent();
let sentBefore = noneSent();
let aging = false;

/** `received`: what the broker sends again unless it is acknowledged, which it is not before such a deploy is over. */
function noneSent(): { received: string[]; others: string[] } {
  return { received: [], others: [] };
}

/** A node of ours has just sent a message. */
export function noteSent({ _msgid: id }: NodeMessage, kind: keyof typeof sent = 'others'): void {
  if (id === undefined) return;
  sent[kind].push(id);
  if (!aging) setImmediate(age);
  aging = true;
}

/** Twice before an id is forgotten: one that is sent after the first time in a turn arrives in the next. */
function age() {
  sentBefore = sent;
  aging = sent.received.length + sent.others.length > 0;
  sent = noneSent();
  if (aging) setImmediate(age);
}

interface Arriving {
  msg: NodeMessage;
  destination: { id: string; node: Node };
}

const watched = new WeakSet<Deploys>();

/**
 * Holds what nodes of ours have just sent back from nodes that a deploy closes, and gives it to their successors at its end,
 * before anything that came later. Not what was received if the deploy closes the connections as well: the broker sends that
 * again. The hook stands only while such a deploy runs, so no other message pays for it.
 */
export function keepOnTheWay(RED: NodeAPI): void {
  const deploys = deploysOf(RED);
  if (watched.has(deploys)) return;
  watched.add(deploys);
  const { hooks }: { hooks?: NodeAPI['hooks'] } = RED;
  if (!hooks) return; // in the test helper
  let held: Arriving[] = [];

  deploys.on('begin', () => {
    // Where no nodes follow, one that is closing may yet do something with its message.
    if (deploys.full && !deploys.editing) return;
    const all = [sentBefore, sent];
    const ids = new Set(
      all.flatMap(({ received, others }) => (deploys.full ? others : [...received, ...others])),
    );
    if (ids.size === 0) return;
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
