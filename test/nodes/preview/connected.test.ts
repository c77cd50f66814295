import should from 'should';
import type { State } from '../../../cloud';
import { connected } from '../../../nodes/preview/try';

describe('try it without a connection', () => {
  const state: State = { is: 'connecting', attempt: 1, since: 0 };
  const client = { state, onChange: () => () => undefined };

  it('is an error in time, and nothing waits to be sent later', async () => {
    const given = connected(client, new AbortController().signal, 1);
    await should(given).be.rejectedWith({ code: 'EZT_EXPIRED' });
  });

  it('ends with the form', async () => {
    const closed = new AbortController();
    const given = connected(client, closed.signal, 60_000);
    closed.abort();
    await should(given).be.rejectedWith({ code: 'EZT_CLOSED' });
    await should(connected(client, closed.signal, 60_000)).be.rejectedWith({ code: 'EZT_CLOSED' });
  });
});
