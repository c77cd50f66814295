import { performance } from 'node:perf_hooks';
import type { Connection } from '../transport/connection';
import type { Received } from '../transport/publish-packets';

/** Messages, and bytes of payload, that may wait. Beyond them the socket is not read, so TCP keeps the rest at the broker. */
const MAX_MESSAGES = 1_000;
const MAX_BYTES = 4 * 1024 * 1024;
/** Milliseconds after reading starts again in which messages that were held back may still be on their way. */
const STARTING_AGAIN = 1_000;

/** Messages that wait while flows are deployed. None is dropped; when there are too many, reading stops. */
export interface Backlog<M> {
  add(message: M): void;
  /** Removes the messages and returns them, oldest first. */
  take(): M[];
  /**
   * Whether other messages may be held back behind those that wait, or were until a moment ago: in the socket, or by
   * the broker, which sends a limited number of unacknowledged messages.
   */
  readonly holdsBack: boolean;
  /** Starts reading again if the backlog is empty. */
  readOn(): void;
}

export function createBacklog<M extends { connection: Connection; received: Received }>(): Backlog<M> {
  let messages: M[] = [];
  let bytes = 0;
  let stopped: Connection | undefined;
  let takenAt = Number.NEGATIVE_INFINITY;

  return {
    add(message) {
      const { connection, received } = message;
      messages.push(message);
      bytes += received.payload.length;
      if (stopped === connection || (messages.length < MAX_MESSAGES && bytes < MAX_BYTES)) return;
      stopped = connection; // if another was stopped, it has ended
      connection.pauseReading();
    },
    take() {
      const taken = messages;
      if (taken.length > 0) takenAt = performance.now();
      messages = [];
      bytes = 0;
      return taken;
    },
    get holdsBack() {
      return messages.length > 0 || stopped !== undefined || performance.now() - takenAt < STARTING_AGAIN;
    },
    readOn() {
      if (messages.length > 0 || !stopped) return;
      const connection = stopped;
      stopped = undefined;
      connection.resumeReading(); // this may stop reading again
    },
  };
}
