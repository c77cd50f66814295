import type { PendingMessage } from './pending-messages';

/** The messages that may be sent, in order. Those that were settled meanwhile are passed over. */
export interface SendQueue {
  /** The next message to send. */
  readonly first: PendingMessage | undefined;
  removeFirst(): void;
  add(messages: readonly PendingMessage[]): void;
  /** Puts `messages` before all the others. */
  addFirst(messages: readonly PendingMessage[]): void;
  /** Frees the memory of settled messages. */
  removeSettled(): void;
}

export function createSendQueue(): SendQueue {
  let queue: PendingMessage[] = [];
  let next = 0; // an index, since `shift` takes time in proportion to the length

  function removeSettled() {
    while (next < queue.length && !queue[next]?.settle) next += 1;
    if (next > queue.length / 2) {
      queue = queue.slice(next);
      next = 0;
    }
  }

  return {
    get first() {
      removeSettled();
      return queue[next];
    },
    removeFirst() {
      next += 1;
    },
    add(messages) {
      for (const message of messages) if (message.settle) queue.push(message);
    },
    addFirst(messages) {
      queue = [...messages, ...queue.slice(next)].filter(({ settle }) => settle);
      next = 0;
    },
    removeSettled,
  };
}
