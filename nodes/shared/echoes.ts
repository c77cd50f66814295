import type { Node, NodeAPI } from 'node-red';
import { EztError, type OwnPush } from '../../cloud';
import type { Message } from './input';
import { translate } from './texts';

/** A push that `ezt-in` has passed on to the flow. */
interface Echo {
  push: OwnPush;
  from: string;
}

/** The most messages remembered, by `_msgid`: a message keeps it on its way through the flow. */
const MAX_ECHOES = 1_000;
/** So many pushes in a row, each caused by the one before coming back, are a loop. */
const LOOP = 5;

const echoes = new Map<string, Echo>();
const warned = new WeakMap<Node, Set<string>>();

/** Remembers that `node` has sent the message `id`, which is a push of this connection that came back. */
export function noteEcho(id: string, node: Node, push: OwnPush): void {
  echoes.set(id, { push, from: nameOf(node) });
  const [oldest] = echoes.keys();
  if (echoes.size > MAX_ECHOES && oldest !== undefined) echoes.delete(oldest);
}

/**
 * Counts the pushes in a row, each caused by the one before coming back, that have led to the push of `message` to
 * `devices`. It is 0 for most. Warns once for each pair of nodes that makes a loop.
 */
export function countLoop(RED: NodeAPI, node: Node, message: Message, devices: readonly string[]): number {
  const echo = echoes.get(String(message._msgid));
  if (!echo || !devices.includes(echo.push.device)) return 0;
  const loopDepth = echo.push.loopDepth + 1;
  const reported = warned.get(node) ?? new Set();
  if (loopDepth >= LOOP && !reported.has(echo.from)) {
    warned.set(node, reported.add(echo.from));
    const params = { from: echo.from, to: nameOf(node), device: echo.push.device };
    node.warn(translate(RED, new EztError('chasesEcho', params)).message);
  }
  return loopDepth;
}

const nameOf = ({ type, name, id }: Node): string => (name ? `${type} "${name}" (${id})` : `${type} (${id})`);
