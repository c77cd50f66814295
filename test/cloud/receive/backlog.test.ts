import should from 'should';
import { createBacklog } from '../../../cloud/receive/backlog';
import type { Connection, Received } from '../../../cloud/transport/connection-api';

describe('backlog', () => {
  it('that is full again while reading goes on stops reading again, and goes on again', () => {
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
