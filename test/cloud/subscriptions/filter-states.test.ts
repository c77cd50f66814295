import should from 'should';
import { createFilterStates } from '../../../cloud/subscriptions/filter-states';

describe('the states of filters', () => {
  const lower: unknown[][] = [];
  const states = () => createFilterStates((...about) => lower.push(about));

  it('hold what is granted, and say once for each grant when it is a lower QoS', () => {
    const filters = states();
    filters.askedQos('f').should.equal(-1);
    filters.asking('f', 2);
    filters.answered('f', 1).should.equal(true);
    [...filters.held].should.eql([['f', 1]]);
    filters.askedQos('f').should.equal(2);
    lower.should.eql([['f', 1, 2]]);
  });

  it('forget what is refused, so that it can be asked for again, and keep the reason', () => {
    const filters = states();
    filters.asking('f', 1);
    filters.answered('f', 0x87).should.equal(false);
    filters.held.size.should.equal(0);
    filters.askedQos('f').should.equal(-1);
    should(filters.refused.get('f')).equal(0x87);
    filters.answered('f', 0).should.equal(true);
    filters.refused.size.should.equal(0);
  });

  it('keep a filter that the broker will not give up', () => {
    const filters = states();
    filters.begin(['f', 'g']);
    filters.unsubscribed('f', 0x87);
    filters.unsubscribed('g', 0);
    [...filters.held.keys()].should.eql(['f']);
    [...filters.stuck].should.eql(['f']);
  });

  it('begin a session with what it may hold, all of it to be asked for again', () => {
    const filters = states();
    filters.asking('unanswered', 1);
    filters.begin([...filters.present(), 'left by an earlier process']);
    [...filters.held].should.eql([
      ['unanswered', 0],
      ['left by an earlier process', 0],
    ]);
    filters.askedQos('unanswered').should.equal(-1);
  });
});
