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
 * `msg.parts`; it does not disturb the others. The first is thrown when all have ended, so that a message with n
 * failures gives n errors, and ends with one of them instead of a `done`.
 */
export async function forEachDevice<D extends { device: string }>(
  RED: NodeAPI,
  node: Node,
  deliveries: readonly D[],
  message: Message,
  deliver: (delivery: D, own: OwnFields) => Promise<void>,
): Promise<void> {
  const parts = partsFor(RED, message, deliveries.length);
  let first: { error: unknown; own: OwnFields } | undefined;
  const all = deliveries.map(async (delivery, index) => {
    const own = { device: delivery.device, parts: parts(index) };
    try {
      await deliver(delivery, own);
    } catch (error) {
      if (first) node.error(errorOf(RED, error), copyFor(RED, message, own));
      else first = { error, own };
    }
  });
  await Promise.all(all);
  if (!first) return;
  Object.assign(message, first.own);
  throw first.error;
}

const errorOf = (RED: NodeAPI, error: unknown): Error =>
  error instanceof EztError ? translate(RED, error) : asError(error);
