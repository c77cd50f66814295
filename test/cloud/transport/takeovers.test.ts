import should from 'should';
import { createTakeovers } from '../../../cloud/transport/takeovers';

describe('transport: takeovers', () => {
  const takenOver = { trouble: 'takenOver', detail: 'said the broker' } as const;
  const lost = { trouble: 'lost', detail: 'gone' } as const;

  it('the third in ten minutes is reported', () => {
    const takeovers = createTakeovers(false);
    should(takeovers.ended(takenOver, false)).be.undefined();
    should(takeovers.ended(lost, true)).be.undefined();
    should(takeovers.ended(lost, false)).be.undefined();
    should(takeovers.ended(takenOver, false)).match({ trouble: 'takenOver', detail: /same client id/ });
  });

  it('a connection that is lost early is none where the client id is random; what the broker says is', () => {
    const takeovers = createTakeovers(true);
    for (let i = 0; i < 10; i += 1) should(takeovers.ended(lost, true)).be.undefined();
    for (let i = 0; i < 2; i += 1) should(takeovers.ended(takenOver, false)).be.undefined();
    should(takeovers.ended(takenOver, false)).not.be.undefined();
  });

  it('one that turns out to be something else does not count', () => {
    const takeovers = createTakeovers(false);
    for (let i = 0; i < 10; i += 1) {
      should(takeovers.ended(lost, true)).be.undefined();
      takeovers.forgive();
    }
  });
});
