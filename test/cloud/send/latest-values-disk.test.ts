import should from 'should';
import { acceptedNow } from '../../../cloud/send/age';
import type { StoredMessage } from '../../../cloud/send/message-files';
import type { MessageStore } from '../../../cloud/send/message-store';
import { createOutbox } from '../../../cloud/send/outbox';
import { type Clock, stopClock } from './clock';
import { OPTIONS, push, recorded } from './pushes';
import { turn } from './settling';

describe('outbox: only the newest value of each attribute waits for a connection', () => {
  let clock: Clock;
  beforeEach(() => {
    clock = stopClock();
  });
  afterEach(() => clock.restore());

  describe('with a queue on disk', () => {
    /** A store whose writes end when they are told to. */
    function slowStore() {
      let restore: (messages: StoredMessage[]) => void = () => undefined;
      const writes: (() => void)[] = [];
      const store: MessageStore = {
        keeps: true,
        async open(restored) {
          restore = restored;
        },
        write: (messages) =>
          new Promise((resolve) =>
            writes.push(() => resolve(messages.map((_, i) => `${writes.length} ${i}`))),
          ),
        remove: () => undefined,
        written: async () => undefined,
        close: async () => undefined,
        onError(error) {
          throw error;
        },
      };
      async function finishWrites() {
        for (const finish of writes.splice(0)) {
          finish();
          await turn();
        }
      }
      return { store, finishWrites, restore: (messages: StoredMessage[]) => restore(messages) };
    }

    it('one that is being written when the connection ends gives way to a later one, not the other way round', async () => {
      const { store, finishWrites } = slowStore();
      const outbox = createOutbox(OPTIONS, store);
      outbox.attach(recorded().connection);
      const before = outbox.add([push('DU_1', { a: 'old', b: 1 })]);
      outbox.detach();
      void outbox.add([push('DU_1', { a: 'new' })]);
      await finishWrites();
      const { connection, published } = recorded();
      outbox.attach(connection);
      published.should.eql([
        ['DU_1', { b: 1 }],
        ['DU_1', { a: 'new' }],
      ]);
      connection.acknowledge(2);
      should(await before).equal(0);
    });

    it('what an earlier process left gives way to what was pushed before it was loaded', async () => {
      const { store, finishWrites, restore } = slowStore();
      const outbox = createOutbox(OPTIONS, store);
      void outbox.add([push('DU_1', { a: 'new' })]);
      const message = push('DU_1', { a: 'old', b: 1 });
      restore([{ name: 'old', message, accepted: acceptedNow(), lifetime: 60_000 }]);
      await finishWrites();
      const { connection, published } = recorded();
      outbox.attach(connection);
      published.should.eql([
        ['DU_1', { b: 1 }],
        ['DU_1', { a: 'new' }],
      ]);
    });
  });
});
