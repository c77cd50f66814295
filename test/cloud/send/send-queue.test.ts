import should from 'should';
import type { PendingMessage } from '../../../cloud/send/pending-messages';
import { createSendQueue } from '../../../cloud/send/send-queue';

const pending = (topic: string): PendingMessage => ({
  message: { topic, payload: Buffer.alloc(0), qos: 1 },
  owner: undefined,
  order: 1,
  expires: 0,
  settle: () => undefined,
  file: undefined,
  awaits: undefined,
});

describe('send queue', () => {
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(pending) as [
    PendingMessage,
    PendingMessage,
    PendingMessage,
    PendingMessage,
  ];
  const drain = (queue: ReturnType<typeof createSendQueue>) => {
    const topics: string[] = [];
    for (let first = queue.first; first; first = queue.first) {
      topics.push(first.message.topic);
      queue.removeFirst();
    }
    return topics;
  };

  it('gives messages in order; what goes first goes before all others', () => {
    const queue = createSendQueue();
    queue.add([b, c]);
    queue.add([d]);
    queue.addFirst([a]);
    should(drain(queue)).deepEqual(['a', 'b', 'c', 'd']);
    should(queue.first).be.undefined();
  });

  it('passes over what was settled, before it was added or while it waits', () => {
    const queue = createSendQueue();
    const [early, late, first] = ['early', 'late', 'first'].map(pending) as [
      PendingMessage,
      PendingMessage,
      PendingMessage,
    ];
    early.settle = undefined;
    first.settle = undefined;
    queue.add([early, a, late, b]);
    late.settle = undefined;
    queue.addFirst([first, c]);
    should(drain(queue)).deepEqual(['c', 'a', 'b']);
  });
});
