import type { PendingMessage } from './pending-messages';

/** The messages that may be sent, in order. Those that were settled meanwhile are passed over. */
export interface SendQueue {
  /** The next message to send. */
  readonly first: PendingMessage | undefined;
  removeFirst(): void;
  /** Each takes its place in the order of acceptance: one may have waited longer than others for what had to come before it. */
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
      for (const message of messages) {
        if (!message.settle) continue;
        let at = queue.length;
        while (at > next && (queue[at - 1]?.order ?? 0) > message.order) at -= 1;
        if (at === queue.length) queue.push(message);
        else queue.splice(at, 0, message);
      }
    },
    addFirst(messages) {
      queue = [...messages, ...queue.slice(next)].filter(({ settle }) => settle);
      next = 0;
    },
    removeSettled,
  };
}
