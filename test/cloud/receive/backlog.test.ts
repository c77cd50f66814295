import should from 'should';
import { createBacklog } from '../../../cloud/receive/backlog';
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
    should([backlog.full, calls]).deepEqual([false, []]);
    add(1);
    add(1);
    should([backlog.full, calls]).deepEqual([true, ['pause']]);
    should(backlog.take().length).equal(3);
  });

  it('reads again only when it is empty', () => {
    const { backlog, add, calls } = open();
    for (let i = 0; i < 1_000; i += 1) add(0);
    backlog.readOn();
    should([backlog.full, calls]).deepEqual([true, ['pause']]);
    backlog.take();
    backlog.readOn();
    should([backlog.full, calls]).deepEqual([false, ['pause', 'resume']]);
  });
});
