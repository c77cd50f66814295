import fc from 'fast-check';
import should from 'should';
import { inOrder, isOrder, OPERATORS, ORDER } from '../../../cloud/protocol/operators';

describe('operators', () => {
  it('of an order are all but eq and neq', () => {
    should(OPERATORS.filter(isOrder)).deepEqual([...ORDER]);
    should(OPERATORS.filter((op) => !isOrder(op))).deepEqual(['eq', 'neq']);
  });

  for (const [what, values] of [
    ['numbers', fc.double({ noNaN: true })],
    ['texts', fc.string()],
  ] as const) {
    it(`put ${what} in order: each has its opposite, and equal ones are at most and at least each other`, () => {
      fc.assert(
        fc.property(values as fc.Arbitrary<string | number>, values, (a, b) => {
          should(inOrder(a, 'gt', b)).equal(!inOrder(a, 'lte', b));
          should(inOrder(a, 'lt', b)).equal(!inOrder(a, 'gte', b));
          should(inOrder(a, 'gt', b)).equal(inOrder(b, 'lt', a));
          should(inOrder(a, 'gte', b) && inOrder(a, 'lte', b)).equal(a === b);
        }),
      );
    });
  }

  it('put ISO times in order', () => {
    should(inOrder('2026-09-30T00:00:00Z', 'lt', '2026-10-01T00:00:00Z')).be.true();
  });
});
