import type { Node, NodeAPI } from 'node-red';
import { EztError } from '../../cloud';
import type { Message } from '../shared/input';
import { asError, translate } from '../shared/texts';
import { copyFor, partsFor } from './results';

/** What sets the messages of a command to several devices apart from each other. */
export interface OwnFields {
  device: string;
  parts: object;
}

/**
 * Calls `deliver` for each of `deliveries` at once. Every failure becomes an error of its own, with `msg.device` and
 * `msg.parts`; it does not disturb the others. The last is thrown when all have ended, so that a message with n
 * failures gives n errors, in their order, and ends with one of them instead of a `done`.
 */
export async function forEachDevice<D extends { device: string }>(
  RED: NodeAPI,
  node: Node,
  deliveries: readonly D[],
  message: Message,
  deliver: (delivery: D, own: OwnFields) => Promise<void>,
): Promise<void> {
  const parts = partsFor(RED, message, deliveries.length);
  let last: { error: unknown; own: OwnFields } | undefined;
  const all = deliveries.map(async (delivery, index) => {
    const own = { device: delivery.device, parts: parts(index) };
    try {
      await deliver(delivery, own);
    } catch (error) {
      if (last) node.error(errorOf(RED, last.error), copyFor(RED, message, last.own));
      last = { error, own };
    }
  });
  await Promise.all(all);
  if (!last) return;
  Object.assign(message, last.own);
  throw last.error;
}

const errorOf = (RED: NodeAPI, error: unknown): Error =>
  error instanceof EztError ? translate(RED, error) : asError(error);
