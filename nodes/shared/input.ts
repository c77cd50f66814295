import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import { EztError } from '../../cloud';
import { asError, translate } from './texts';

/** Any message may come in, with any property of any type. */
export type Message = NodeMessageInFlow & Record<string, unknown>;
export type Send = (message: Message) => void;

/**
 * Handles every incoming message with `handle`, and ends each exactly once: `done()` when its promise resolves,
 * `done(error)` when it rejects.
 */
export function onInput(
  RED: NodeAPI,
  node: Node,
  handle: (message: Message, send: Send) => Promise<void>,
): void {
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
    handle(message, send).then(
      () => end(),
      (caught: unknown) => end(caught instanceof EztError ? translate(RED, caught) : asError(caught)),
    );
  });
}
