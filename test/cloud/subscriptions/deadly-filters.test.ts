import should from 'should';
import { createDeadlyFilters } from '../../../cloud/subscriptions/deadly-filters';
import { type Clock, stopClock } from '../send/clock';

describe('deadly filters', () => {
  let clock: Clock;
  beforeEach(() => {
    clock = stopClock();
  });
  afterEach(() => clock.restore());

  it('after a hang-up filters are asked for one at a time, until the broker has answered for all', () => {
    const deadly = createDeadlyFilters();
    deadly.asking('a');
    deadly.asking('b');
    should(deadly.ended(true)).be.true();
    should([deadly.cautious, deadly.isDeadly('a'), deadly.isDeadly('b')]).deepEqual([true, false, false]);
    deadly.calm();
    should(deadly.cautious).be.false();
  });

  it('the third hang-up on a filter alone sets it aside for a minute, the fourth for two', () => {
    const deadly = createDeadlyFilters();
    const hangUp = () => {
      deadly.asking('a');
      deadly.ended(true);
      return deadly.isDeadly('a');
    };
    should([hangUp(), hangUp(), hangUp()]).deepEqual([false, false, true]);
    clock.pass(60_000);
    should(deadly.isDeadly('a')).be.false();
    hangUp();
    clock.pass(119_999);
    should(deadly.isDeadly('a')).be.true();
    clock.pass(1);
    should(deadly.isDeadly('a')).be.false();
  });

  it('an answer clears it, and a connection that ends otherwise says nothing', () => {
    const deadly = createDeadlyFilters();
    deadly.asking('a');
    should(deadly.ended(false)).be.false();
    deadly.asking('a');
    deadly.answered('a');
    should(deadly.ended(true)).be.false();
    should(deadly.cautious).be.false();
  });
});
