import fc from 'fast-check';
import should from 'should';
import { sizeOf } from '../../../cloud/devices/value-size';

describe('the size of a value', () => {
  const LIMIT = 16_384;

  it('grows with its JSON, and is nothing for what stands in a list as it is', () => {
    for (const value of [0, 1.5, true, null, undefined]) should(sizeOf(value, LIMIT)).equal(0);
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        if (value === null || (typeof value !== 'object' && typeof value !== 'string')) return;
        const { length } = JSON.stringify(value);
        const size = sizeOf(value, 1e9);
        should(size).be.within(length / 6, 50 * length + 50); // a character of JSON may stand for a part of one
      }),
    );
  });

  it('is more than the limit for what is larger, and is found soon, however large that is', () => {
    const huge = Array.from({ length: 1_000 }, () => Array(1_000).fill('x'));
    let read = 0;
    const counting = new Proxy(huge, {
      get(target, key) {
        read += 1;
        return Reflect.get(target, key);
      },
    });
    should(sizeOf(counting, LIMIT)).be.above(LIMIT);
    should(read).be.below(100);
  });

  it('is more than the limit for what is nested more than a hundred levels', () => {
    const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
    should(sizeOf(nested(100), LIMIT)).be.belowOrEqual(LIMIT);
    should(sizeOf(nested(101), LIMIT)).be.above(LIMIT);
  });
});
