import type { Node, NodeAPI } from 'node-red';
import { EztError, type OwnPush } from '../../cloud';
import type { Message } from './input';
import { translate } from './texts';

/** A push that `ezt-in` has passed on to the flow. */
interface Echo {
  push: OwnPush;
  from: string;
}

/** Messages remembered, by their `_msgid`, which they keep on their way through the flow. */
const MAX_ECHOES = 1_000;
/** So many pushes in a row, each made because the one before came back, are a loop. */
const LOOP = 5;

const echoes = new Map<string, Echo>();
const warned = new WeakMap<Node, Set<string>>();

/** `node` sends the message `id`, which tells of a push of our own. */
export function noteEcho(id: string, node: Node, push: OwnPush): void {
  echoes.set(id, { push, from: nameOf(node) });
  const [oldest] = echoes.keys();
  if (echoes.size > MAX_ECHOES && oldest !== undefined) echoes.delete(oldest);
}

/**
 * How many pushes in a row have led to the one that `message` makes `node` do to `devices`, each made because the
 * one before came back; 0 for most. Warns once of each two nodes that make a loop of it.
 */
export function countChase(RED: NodeAPI, node: Node, message: Message, devices: readonly string[]): number {
  const echo = echoes.get(String(message._msgid));
  if (!echo || !devices.includes(echo.push.device)) return 0;
  const chased = echo.push.chased + 1;
  const told = warned.get(node) ?? new Set();
  if (chased >= LOOP && !told.has(echo.from)) {
    warned.set(node, told.add(echo.from));
    const params = { from: echo.from, to: nameOf(node), device: echo.push.device };
    node.warn(translate(RED, new EztError('chasesEcho', params)).message);
  }
  return chased;
}

const nameOf = ({ type, name, id }: Node): string => (name ? `${type} "${name}" (${id})` : `${type} (${id})`);
