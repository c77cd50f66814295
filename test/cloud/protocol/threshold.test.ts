import should from 'should';
import type { Operator } from '../../../cloud/protocol/operators';
import { isBack, isBeyond, type LimitProblem, readLimit } from '../../../cloud/protocol/threshold';

describe('limits of attributes', () => {
  const read: [op: Operator, value: unknown, clear: unknown, limit: unknown, end?: number][] = [
    ['gt', 30, '', 30],
    ['gt', '30', undefined, 30],
    ['gte', ' -1.5 ', null, -1.5],
    ['lt', '1e3', '1000', 1000, 1000],
    ['lte', '+.5', 0.75, 0.5, 0.75],
    ['gt', 30, ' 28 ', 30, 28],
    ['gt', 0, 0, 0, 0],
    ['eq', 'ON', '', 'ON'],
    ['neq', true, '', true],
    ['eq', '30', '', '30'],
    ['eq', 30, '', 30],
  ];
  for (const [op, value, clear, limit, end] of read) {
    it(`${op} ${JSON.stringify(value)}, clear ${JSON.stringify(clear)}`, () => {
      should(readLimit(op, value, clear)).deepEqual({ op, value: limit, clear: end });
    });
  }

  const wrong: [op: Operator, value: unknown, clear: unknown, problem: LimitProblem][] = [
    ['gt', '', '', 'value'],
    ['eq', '  ', '', 'value'],
    ['eq', undefined, '', 'value'],
    ['eq', { a: 1 }, '', 'value'],
    ['gt', 'warm', '', 'valueNumber'],
    ['gt', '0x10', '', 'valueNumber'],
    ['lt', true, '', 'valueNumber'],
    ['lt', Number.NaN, '', 'valueNumber'],
    ['lt', '1e999', '', 'valueNumber'],
    ['gt', 30, 'cold', 'clear'],
    ['gt', 30, Number.POSITIVE_INFINITY, 'clear'],
    ['gt', 30, 30.1, 'clearAbove'],
    ['gte', 30, 31, 'clearAbove'],
    ['lt', 5, 4, 'clearBelow'],
    ['lte', 5, '-6', 'clearBelow'],
    ['eq', 'ON', 5, 'clearOrder'],
    ['neq', 5, 5, 'clearOrder'],
  ];
  for (const [op, value, clear, problem] of wrong) {
    it(`${op} ${JSON.stringify(value)}, clear ${JSON.stringify(clear)}: ${problem}`, () => {
      should(readLimit(op, value, clear)).equal(problem);
    });
  }

  const UNKNOWN = undefined;
  const compared: [op: Operator, limit: unknown, value: unknown, beyond: boolean | undefined][] = [
    ['gt', 30, 30, false],
    ['gt', 30, 30.001, true],
    ['gte', 30, 30, true],
    ['lt', -5, -5, false],
    ['lte', -5, -5, true],
    ['gt', 30, '31', UNKNOWN],
    ['gt', 30, '9007199254740993', UNKNOWN],
    ['gt', 30, true, UNKNOWN],
    ['gt', 30, null, UNKNOWN],
    ['gt', 30, [31], UNKNOWN],
    ['eq', 'ON', 'ON', true],
    ['eq', 'ON', 'on', false],
    ['eq', '1', 1, true],
    ['eq', '1.0', 1, true],
    ['eq', '1', '1', true],
    ['eq', 1, '1', false],
    ['eq', 'true', true, true],
    ['eq', true, 'true', false],
    ['eq', '', null, UNKNOWN],
    ['eq', 'ON', { s: 'ON' }, UNKNOWN],
    ['neq', 'ON', 'OFF', true],
    ['neq', 'ON', 'ON', false],
    ['neq', 'ON', null, UNKNOWN],
    ['neq', 0, false, true],
  ];
  for (const [op, value, reported, beyond] of compared) {
    it(`${JSON.stringify(reported)} ${op} ${JSON.stringify(value)}: ${beyond}`, () => {
      const limit = readLimit(op, value === '' ? 'x' : value, '');
      if (typeof limit === 'string') throw new Error(limit);
      should(isBeyond(limit, reported)).equal(beyond);
      should(isBack(limit, reported)).equal(beyond === undefined ? undefined : !beyond);
    });
  }

  it('end at the second limit', () => {
    const ends: [op: Operator, value: number, clear: number, back: number[], not: number[]][] = [
      ['gt', 30, 28, [28, 27], [28.1, 30]],
      ['gte', 30, 28, [27.9], [28, 29]],
      ['lt', 5, 7, [7, 8], [6.9]],
      ['lte', 5, 7, [7.1], [7, 6]],
    ];
    for (const [op, value, clear, back, not] of ends) {
      const limit = readLimit(op, value, clear);
      if (typeof limit === 'string') throw new Error(limit);
      for (const each of back) should(isBack(limit, each)).equal(true, `${each} ${op} ${value}`);
      for (const each of not) should(isBack(limit, each)).equal(false, `${each} ${op} ${value}`);
    }
  });
});
