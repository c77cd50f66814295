import type { Node, NodeAPI } from 'node-red';
import type { Answer, EztError } from '../../cloud';
import type { Message } from '../shared/input';
import { translate } from '../shared/texts';

/** The fields of a message whose command the device has answered. */
export function replyFields({ reply, elapsed, attempts }: Answer, method: string) {
  return { payload: reply, command: method, type: 'command_reply', elapsed, attempts };
}

/** The fields of a message that leaves by the second output: `error` as a Catch node would give it. */
export function noReplyFields(RED: NodeAPI, node: Node, error: EztError, method: string) {
  const { message, code, stack } = translate(RED, error);
  const { id, type, name } = node;
  const { attempts } = error.params;
  return {
    command: method,
    ...(attempts !== undefined && { attempts }),
    error: { message: `${error.name}: ${message}`, source: { id, type, name, count: 1 }, code, stack },
  };
}

/** A copy of `message` for one of several devices; `fields` are the copy's own. */
export function copyFor(RED: NodeAPI, message: Message, fields: object): Message {
  // What is replaced needs no copy.
  const rest = Object.fromEntries(Object.entries(message).filter(([name]) => !(name in fields)));
  return { ...RED.util.cloneMessage(rest as Message), ...fields };
}

/**
 * The `msg.parts` of one of `count` results, by which core's Join collects them, in the order of the devices. Parts that
 * the message has already are kept inside, as core's Split does it.
 */
export function partsFor(RED: NodeAPI, { parts }: Message, count: number) {
  const id = RED.util.generateId();
  const outer = parts === undefined ? {} : { parts };
  return (index: number) => ({ ...outer, id, type: 'array', index, count, len: 1 });
}
