import should from 'should';
import { formatRuleField, operatorsOf, readRule, readRuleField } from '../../../cloud/protocol/device-rules';

describe('rules of ezt-device, as the flow file has them', () => {
  const valid: [raw: object, value: unknown][] = [
    [{ field: 'online', op: 'eq', value: true }, true],
    [{ field: 'online', op: 'neq', value: 'false' }, false],
    [{ field: 'online', op: 'eq', value: null }, null],
    [{ field: 'alarm', op: 'eq', value: '1' }, true],
    [{ field: 'tag', op: 'eq', value: ' #hall\n' }, 'hall'],
    [{ field: 'tag', op: 'neq', value: '＃大厅' }, '大厅'],
    [{ field: 'silent', op: 'gt', value: '30' }, 30],
    [{ field: 'silent', op: 'gt', value: ' 1e3 ' }, 1000],
    [{ field: 'attribute:t', op: 'gt', value: '30' }, '30'],
    [{ field: 'attribute:t', op: 'gt', value: '30', valueType: 'num' }, 30],
    [{ field: 'attribute:t', op: 'gt', value: 30, valueType: 'num' }, 30],
    [{ field: 'attribute:t', op: 'eq', value: 30, valueType: 'str' }, '30'],
    [{ field: 'attribute:t', op: 'eq', value: 'true', valueType: 'bool' }, true],
    [{ field: 'attribute:t', op: 'eq', value: '{"a":[1]}', valueType: 'json' }, { a: [1] }],
    [{ field: 'attribute:t', op: 'eq', value: '', valueType: '' }, ''],
    [{ field: 'attribute:set point', op: 'eq', value: [] }, []],
  ];
  for (const [raw, value] of valid) {
    it(`${JSON.stringify(raw)} compares with ${JSON.stringify(value)}`, () => {
      should(readRule(raw)).have.property('value').deepEqual(value);
    });
  }

  const invalid: [raw: unknown, problem: string][] = [
    ...[undefined, null, 5, 'online', [], {}].map((raw): [unknown, string] => [raw, 'field']),
    [{ field: 'attribute', op: 'eq', value: 1 }, 'field'],
    [{ field: 'attribute:', op: 'eq', value: 1 }, 'field'],
    [{ field: 'attribute:a\u200b', op: 'eq', value: 1 }, 'field'],
    [{ field: 'constructor', op: 'eq', value: 1 }, 'field'],
    [{ field: 'online', value: true }, 'op'],
    [{ field: 'online', op: 'gt', value: true }, 'op'],
    [{ field: 'tag', op: 'lt', value: 'a' }, 'op'],
    [{ field: 'silent', op: 'constructor', value: 1 }, 'op'],
    [{ field: 'online', op: 'eq', value: 'maybe' }, 'value'],
    [{ field: 'online', op: 'eq' }, 'value'],
    [{ field: 'tag', op: 'eq', value: ' # ' }, 'value'],
    [{ field: 'tag', op: 'eq', value: 5 }, 'value'],
    [{ field: 'silent', op: 'gt', value: -1 }, 'value'],
    [{ field: 'silent', op: 'gt', value: '' }, 'value'],
    [{ field: 'silent', op: 'gt', value: 'soon' }, 'value'],
    [{ field: 'silent', op: 'gt', value: Number.NaN }, 'value'],
    [{ field: 'silent', op: 'gt', value: '0x10' }, 'value'],
    [{ field: 'attribute:t', op: 'gt', value: '0x10', valueType: 'num' }, 'value'],
    [{ field: 'attribute:t', op: 'gt', value: 'Infinity', valueType: 'num' }, 'value'],
    [{ field: 'attribute:t', op: 'eq' }, 'value'],
    [{ field: 'attribute:t', op: 'eq', value: Number.NaN }, 'value'],
    [{ field: 'attribute:t', op: 'gt', value: true }, 'value'],
    [{ field: 'attribute:t', op: 'gt', value: null }, 'value'],
    [{ field: 'attribute:t', op: 'eq', value: 'x', valueType: 'num' }, 'value'],
    [{ field: 'attribute:t', op: 'eq', value: '{', valueType: 'json' }, 'value'],
    [{ field: 'attribute:t', op: 'eq', value: ' ', valueType: 'msg' }, 'value'],
    [{ field: 'attribute:t', op: 'eq', value: 5, valueType: 'env' }, 'value'],
    [{ field: 'attribute:t', op: 'eq', value: 'x', valueType: 'jsonata' }, 'valueType'],
  ];
  for (const [raw, problem] of invalid) {
    it(`${JSON.stringify(raw)} is wrong in its ${problem}`, () => {
      should(readRule(raw)).deepEqual({ problem });
    });
  }

  it('a place is kept for when a message comes', () => {
    should(readRule({ field: 'silent', op: 'gt', value: 'payload.s', valueType: 'msg' })).deepEqual({
      field: 'silent',
      attribute: '',
      op: 'gt',
      from: { type: 'msg', at: 'payload.s' },
    });
  });

  it('an attribute may be called as another field, or hold a colon', () => {
    for (const field of ['attribute:online', 'attribute:a:b', 'attribute:attribute']) {
      const subject = readRuleField(field);
      if (!subject) throw new Error(field);
      should(formatRuleField(subject)).equal(field);
      should(subject.field).equal('attribute');
    }
  });

  it('only what has an order can be compared by it', () => {
    should(operatorsOf('online')).deepEqual(['eq', 'neq']);
    should(operatorsOf('silent').length).equal(6);
  });
});
