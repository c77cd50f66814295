import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import { EztError } from '../../cloud';
import { deploysOf } from './deploys';
import { noteSent } from './on-the-way';
import { asError, translate } from './texts';

/** A message from the flow: any property may have any type. */
export type Message = NodeMessageInFlow & Record<string, unknown>;
/** An array has a message for each output. */
export type Outgoing = Message | [null, Message];
export type Send = (message: Outgoing) => void;

/**
 * Handles every incoming message with `handle`, and calls its `done` exactly once: `done()` when the promise resolves,
 * `done(error)` when it rejects. What `handle` sends during a deploy waits, since the next nodes may be being replaced.
 */
export function onInput(
  RED: NodeAPI,
  node: Node,
  handle: (message: Message, send: Send) => Promise<void>,
): void {
  const deploys = deploysOf(RED);
  const closed = new Promise<void>((resolve) => node.on('close', () => resolve()));

  async function handleAndSend(message: Message, pass: Send): Promise<void> {
    const held: Outgoing[] = [];
    const send = (out: Outgoing) => {
      noteSent(Array.isArray(out) ? out[1] : out);
      pass(out);
    };
    try {
      await handle(message, (out) => {
        if (deploys.running) held.push(out);
        else send(out);
      });
    } finally {
      if (held.length > 0) await Promise.race([deploys.over(), closed]);
      for (const out of held) send(out);
    }
  }

  node.on('input', (message: Message, send, done) => {
    const end = (error?: Error) => {
      try {
        done(error);
      } catch (unclonable) {
        // Node-RED clones the message for Complete and Catch nodes, and overflows on one that is nested too deep.
        if (error) node.error(error, { _msgid: message._msgid, payload: String(unclonable) });
        else node.warn(asError(unclonable));
      }
    };
    handleAndSend(message, send).then(
      () => end(),
      (caught: unknown) => end(caught instanceof EztError ? translate(RED, caught) : asError(caught)),
    );
  });
}
