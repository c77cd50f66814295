import type { Connection } from '../transport/connection';
import type { Received } from '../transport/publish-packets';

/** Messages, and bytes of payload, that may wait. Beyond them the socket is not read, so TCP keeps the rest at the broker. */
const MAX_MESSAGES = 1_000;
const MAX_BYTES = 4 * 1024 * 1024;

/** Messages that wait while flows are deployed. None is dropped; when there are too many, reading stops. */
export interface Backlog<M> {
  add(message: M): void;
  /** Removes the messages and returns them, oldest first. */
  take(): M[];
  /** Whether reading has stopped. */
  readonly full: boolean;
  /** Starts reading again if the backlog is empty. */
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
      stopped = connection; // if another was stopped, it has ended
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
