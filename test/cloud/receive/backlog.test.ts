import should from 'should';
import { createBacklog } from '../../../cloud/receive/backlog';
import type { Connection } from '../../../cloud/transport/connection';
import type { Received } from '../../../cloud/transport/publish-packets';
import { copy, createBroker } from '../subscriptions/broker';

describe('backlog', () => {
  function open() {
    const calls: string[] = [];
    const connection = {
      ...createBroker().connection,
      pauseReading: () => void calls.push('pause'),
      resumeReading: () => void calls.push('resume'),
    };
    const backlog = createBacklog<{ connection: typeof connection; received: ReturnType<typeof copy> }>();
    const add = (bytes: number) => backlog.add({ connection, received: copy('t', 'x'.repeat(bytes), []) });
    return { backlog, add, calls };
  }

  it('stops reading once when it holds too many bytes, and drops nothing', () => {
    const { backlog, add, calls } = open();
    add(4 * 1024 * 1024 - 1);
    should(calls).deepEqual([]);
    add(1);
    add(1);
    should([backlog.holdsBack, calls]).deepEqual([true, ['pause']]);
    should(backlog.take().length).equal(3);
  });

  it('reads again only when it is empty', () => {
    const { backlog, add, calls } = open();
    for (let i = 0; i < 1_000; i += 1) add(0);
    backlog.readOn();
    should([backlog.holdsBack, calls]).deepEqual([true, ['pause']]);
    backlog.take();
    backlog.readOn();
    should(calls).deepEqual(['pause', 'resume']);
  });

  it('is full again while reading goes on stops reading again, and goes on again', () => {
    const reading: boolean[] = [];
    const received = { payload: Buffer.alloc(5 * 1024 * 1024) } as Received;
    let brings = 1; // what comes at once when reading goes on
    const connection = {
      pauseReading: () => reading.push(false),
      resumeReading() {
        reading.push(true);
        brings -= 1;
        if (brings === 0) backlog.add({ connection, received });
      },
    } as unknown as Connection;
    const backlog = createBacklog();
    backlog.add({ connection, received });
    for (let turn = 0; turn < 2; turn += 1) {
      should(backlog.take().length).equal(1);
      backlog.readOn();
    }
    should(reading).deepEqual([false, true, false, true]);
  });
});
