import type { Connection, Received } from '../transport/connection-api';

/** So many messages, or bytes of payload, are kept; then TCP holds the rest back. */
const MAX_MESSAGES = 1_000;
const MAX_BYTES = 4 * 1024 * 1024;

/** Messages that have come while nobody is there to take them: nothing is dropped, beyond a bound nothing is read. */
export interface Backlog<M> {
  add(message: M): void;
  /** The messages, oldest first; the backlog is empty then. */
  take(): M[];
  /** No socket is read from. */
  readonly full: boolean;
  /** Reads on if there is room. */
  readOn(): void;
}

export function createBacklog<M extends { connection: Connection; received: Received }>(): Backlog<M> {
  let messages: M[] = [];
  let bytes = 0;
  let stopped: Connection | undefined;

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
      messages = [];
      bytes = 0;
      return taken;
    },
    get full() {
      return stopped !== undefined;
    },
    readOn() {
      if (messages.length > 0) return;
      stopped?.resumeReading();
      stopped = undefined;
    },
  };
}
