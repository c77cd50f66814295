import fc from 'fast-check';
import should from 'should';
import { exceeds, readDeadband } from '../../../cloud/protocol/deadband';

describe('deadband', () => {
  const forms: [unknown, { by: number; percent: boolean } | undefined][] = [
    ['0.5', { by: 0.5, percent: false }],
    [' .5 ', { by: 0.5, percent: false }],
    ['5%', { by: 5, percent: true }],
    ['2.5 %', { by: 2.5, percent: true }],
    ['5％', { by: 5, percent: true }],
    ['0', { by: 0, percent: false }],
    [3, { by: 3, percent: false }],
    ['', undefined],
    [' ', undefined],
    ['%', undefined],
    ['-1', undefined],
    ['1e3', undefined],
    ['0,5', undefined],
    ['5%%', undefined],
    ['NaN', undefined],
    ['Infinity', undefined],
    ['9'.repeat(400), undefined],
    [Number.NaN, undefined],
    [-1, undefined],
    [Number.POSITIVE_INFINITY, undefined],
    [true, undefined],
    [null, undefined],
    [{}, undefined],
  ];
  for (const [value, read] of forms) {
    it(`${JSON.stringify(value)?.slice(0, 20)} is read as ${JSON.stringify(read)}`, () => {
      should(readDeadband(value)).eql(read);
    });
  }

  const pairs: [text: string, last: number, value: number, counts: boolean][] = [
    ['0.5', 20, 20.49, false],
    ['0.5', 20, 20.5, true],
    ['0.5', 20, 19.5, true],
    ['0.1', 20.1, 20.2, true],
    ['0.1', -20.1, -20.2, true],
    ['0', 20, 20, false],
    ['0', 20, 20.000001, true],
    ['5%', 100, 104, false],
    ['5%', 100, 105, true],
    ['5%', -100, -95, true],
    ['5%', -100, -96, false],
    ['5%', 0, 1e-9, true],
    ['5%', 0, 0, false],
    ['300%', 1, -1, false],
    ['5', 0, -0, false],
    ['5%', 1.7e308, -1.7e308, true],
    ['1', 1.7e308, -1.7e308, true],
  ];
  for (const [text, last, value, counts] of pairs) {
    it(`of ${text}: ${value} after ${last} ${counts ? 'counts' : 'does not count'}`, () => {
      should(exceeds(value, last, readDeadband(text) ?? { by: Number.NaN, percent: false })).equal(counts);
    });
  }

  it('never counts what is equal, and always what is clearly more', () => {
    const number = fc.double({ noNaN: true });
    fc.assert(
      fc.property(number, number, fc.double({ min: 0, max: 1e300, noNaN: true }), (a, b, by) => {
        should(exceeds(a, a, { by, percent: false })).be.false();
        if (Math.abs(a - b) > by) should(exceeds(a, b, { by, percent: false })).be.true();
      }),
    );
  });
});
