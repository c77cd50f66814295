import { performance } from 'node:perf_hooks';
import type { Connection, Received } from '../transport/connection-api';

/** So many messages, or bytes of payload, are kept; then TCP holds the rest back. */
const MAX_MESSAGES = 1_000;
const MAX_BYTES = 4 * 1024 * 1024;
/** So long (ms) after reading on, what was held back may still be on its way. */
const READING_ON = 1_000;

/** Messages that have come while nobody is there to take them: nothing is dropped, beyond a bound nothing is read. */
export interface Backlog<M> {
  add(message: M): void;
  /** The messages, oldest first; the backlog is empty then. */
  take(): M[];
  /**
   * Others may be held back behind what is kept, or were until a moment ago: in the socket, or by the broker, which
   * sends no more than so many unacknowledged.
   */
  readonly holdsBack: boolean;
  /** Reads on if there is room. */
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
      stopped = connection; // another one that was stopped has ended
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
      return messages.length > 0 || stopped !== undefined || performance.now() - takenAt < READING_ON;
    },
    readOn() {
      if (messages.length > 0 || !stopped) return;
      const connection = stopped;
      stopped = undefined;
      connection.resumeReading(); // which may end in another pause
    },
  };
}
