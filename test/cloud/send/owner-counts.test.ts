import should from 'should';
import { createOwnerCounts } from '../../../cloud/send/owner-counts';

describe('counts per owner', () => {
  it('are by identity, nothing of strangers, and nobody is remembered once the count is back at zero', () => {
    const counts = createOwnerCounts();
    const [one, other] = [{}, {}];
    counts.add(one, 2);
    counts.add(other, 1);
    counts.add(undefined, 5);
    should([counts.of(one), counts.of(other), counts.of({})]).deepEqual([2, 1, 0]);
    counts.add(one, -2);
    should([counts.of(one), counts.of(other)]).deepEqual([0, 1]);
  });
});
