import should from 'should';
import { createRateLimiter } from '../../../cloud/send/rate-limit';
import { type Clock, stopClock } from './clock';

describe('rate limiter', () => {
  let clock: Clock;
  beforeEach(() => {
    clock = stopClock();
  });
  afterEach(() => clock.restore());

  it('0 is no limit, and sets no timer', () => {
    const { next } = createRateLimiter(0);
    for (let i = 0; i < 1000; i += 1) should(next(() => undefined)).be.true();
    should(clock.timers()).equal(0);
  });

  it('calls back once when the next may pass, however often it was asked', () => {
    const { next } = createRateLimiter(10);
    let calls = 0;
    const retry = () => {
      calls += 1;
    };
    should(next(retry)).be.true();
    should([next(retry), next(retry)]).deepEqual([false, false]);
    clock.pass(99);
    should(calls).equal(0);
    clock.pass(1);
    should([calls, next(retry)]).deepEqual([1, true]);
  });

  it('idle time is not saved up for a burst', () => {
    const { next } = createRateLimiter(10);
    next(() => undefined);
    clock.pass(10_000);
    should([next(() => undefined), next(() => undefined)]).deepEqual([true, false]);
  });

  it('stopped, it calls nobody back', () => {
    const limiter = createRateLimiter(10);
    limiter.next(() => undefined);
    limiter.next(() => should.fail(1, 0, 'called back', ''));
    limiter.stop();
    clock.pass(1000);
  });
});
