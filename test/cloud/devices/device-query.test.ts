import fc from 'fast-check';
import should from 'should';
import { matchesRules } from '../../../cloud/devices/device-query';
import { type DeviceRule, readRule } from '../../../cloud/protocol/device-rules';
import { sameJson } from '../../../cloud/protocol/json';
import { OPERATORS, type Operator, readDecimal } from '../../../cloud/protocol/operators';
import { knownDevice, labels } from './known-device';

/** Of a rule that is valid and has its value. */
function rule(field: string, op: string, value: unknown): DeviceRule {
  const read = readRule({ field, op, value });
  if ('problem' in read || 'from' in read) throw new Error(`${field} ${op}: ${JSON.stringify(read)}`);
  return read;
}
const NOW = 31_000;
type Known = Parameters<typeof knownDevice>[0];
const holds = (known: Known, field: string, op: string, value: unknown, ...tags: string[]) =>
  matchesRules(knownDevice(known), [rule(field, op, value)], labels(...tags), NOW);

/** What is known, the field, and the rules that hold and that do not: operators with JSON. */
const TABLE: [what: string, known: Known, field: string, yes: string, no: string][] = [
  [
    'online',
    { online: true },
    'online',
    'eq true, neq false, eq "true", eq 1, neq null',
    'eq false, neq true, eq null',
  ],
  [
    'not known whether online: neither true nor false',
    {},
    'online',
    'neq true, neq false, eq null',
    'eq true, eq false, neq null',
  ],
  ['an alarm', { alarm: true }, 'alarm', 'eq true, neq false', 'eq false, neq true'],
  [
    'silent for 30 s',
    {},
    'silent',
    'gt 29.9, gte 30, lt "30.5", lte 30, eq 30, neq 31, lt 1e999',
    'gt 30, gte 30.1, lt 30, lte 29, neq "30"',
  ],
  ['heard after the clock was set back', { lastSeen: 99_000 }, 'silent', 'eq 0, lt 1', 'gt 0'],
  [
    'a number',
    { attributes: { a: 5 } },
    'attribute:a',
    'eq 5, neq 4, gt 4, gte 5, lt 5.1, lte 5, lt 1e999, neq "5 V"',
    'neq 5, gt 5, lt 5, eq true, gte "", eq "five", lt "six"',
  ],
  [
    'a number, where the rule has text',
    { attributes: { a: 5 } },
    'attribute:a',
    'eq "5", eq " 5.0 ", gt "4", lt "10", lte "5e0", neq "4"',
    'neq "5", gt "5", lt "-6", gte "5 V", eq "0x5", eq ""',
  ],
  [
    'text',
    { attributes: { a: '5' } },
    'attribute:a',
    'eq "5", neq 5, gt "4", lte "5", gt "10", gt ""',
    'eq 5, gt 4, lt 6, lt "10"',
  ],
  [
    'times as text',
    { attributes: { a: '2026-01-09T00:00:00Z' } },
    'attribute:a',
    'lt "2026-01-10T00:00:00Z", gt "2025"',
    'gt "2026-01-10T00:00:00Z"',
  ],
  [
    'a boolean',
    { attributes: { a: true } },
    'attribute:a',
    'eq true, neq 1, eq "true", neq "false", neq "1"',
    'eq 1, neq "true", eq "TRUE", gt 0, gte 1, lt "~", gte "true"',
  ],
  [
    'null',
    { attributes: { a: null } },
    'attribute:a',
    'eq null, neq 0, neq ""',
    'eq 0, lt 1, gte 0, eq false',
  ],
  [
    'an object, whatever the order of its keys',
    { attributes: { a: { x: [1, { y: 2 }], z: null } } },
    'attribute:a',
    'eq {"z":null,"x":[1,{"y":2}]}, neq {"x":[1,{"y":2}]}, neq [1]',
    'eq {"x":[1,{"y":"2"}],"z":null}, eq "[object Object]", gt 0, lt "~"',
  ],
  [
    'a list',
    { attributes: { a: [1, 2] } },
    'attribute:a',
    'eq [1,2], neq [2,1], neq {"0":1,"1":2}, neq "1,2"',
    'eq [1], eq "1,2", gt 0',
  ],
  [
    'an attribute that was never reported: other than everything, and in no order',
    { attributes: { b: 1 } },
    'attribute:a',
    'neq 1, neq "", neq null',
    'eq null, eq "", gt -1, lt 1, lte "~"',
  ],
  [
    'names of Object, unless a device reports them',
    { attributes: { b: 1 } },
    'attribute:constructor',
    'neq 1',
    'eq null, gt "", lt "~"',
  ],
];

describe('rules of a query', () => {
  for (const [what, known, field, yes, no] of TABLE) {
    for (const [rules, expected] of [
      [yes, true],
      [no, false],
    ] as const) {
      for (const text of rules.split(', ')) {
        it(`${what}: ${field} ${text} ${expected ? 'holds' : 'does not hold'}`, () => {
          const [op = '', json = ''] = text.split(/ (.*)/);
          should(holds(known, field, op, JSON.parse(json))).equal(expected);
        });
      }
    }
  }

  it('a tag is one of those that the device has, written with # or without', () => {
    should(holds({}, 'tag', 'eq', '#hall', 'roof', 'hall')).be.true();
    should(holds({}, 'tag', 'eq', ' hall ', 'hall')).be.true();
    should(holds({}, 'tag', 'eq', 'hal', 'hall')).be.false();
    should(holds({}, 'tag', 'neq', 'hall', 'roof', 'hall')).be.false();
    should(holds({}, 'tag', 'neq', 'hall')).be.true();
  });

  it('must all hold', () => {
    const known = knownDevice({ online: true, attributes: { a: 5 } });
    const [one, other] = [rule('online', 'eq', true), rule('attribute:a', 'gt', 5)];
    should(matchesRules(known, [one, rule('attribute:a', 'gte', 5)], labels(), NOW)).be.true();
    should(matchesRules(known, [one, other], labels(), NOW)).be.false();
    should(matchesRules(known, [], labels(), NOW)).be.true();
  });

  const json = fc.jsonValue({ maxDepth: 3 });
  const compare = (found: unknown, op: Operator, value: unknown) =>
    matchesRules(
      knownDevice({ attributes: { a: found } }),
      [{ field: 'attribute', attribute: 'a', op, value }],
      labels(),
      NOW,
    );

  it('law: neq is the opposite of eq, and equal values are those that JSON writes alike', () => {
    fc.assert(
      fc.property(json, json, (found, value) => {
        should(compare(found, 'neq', value)).equal(!compare(found, 'eq', value));
        should(compare(found, 'eq', structuredClone(found))).be.true();
        should(sameJson(found, value)).equal(sameJson(value, found));
      }),
    );
  });

  it('law: of two numbers (one of them maybe text) or two texts exactly one of lt, eq and gt holds, of all else none but eq', () => {
    const some = fc.oneof(fc.double({ noNaN: true }), fc.string(), fc.integer().map(String), json);
    fc.assert(
      fc.property(some, some, (found, value) => {
        const true_ = OPERATORS.filter((op) => compare(found, op, value));
        const isNumber = typeof value === 'string' && readDecimal(value) !== undefined;
        const type = typeof found === 'number' && isNumber ? 'number' : typeof value;
        const alike = typeof found === type && ['number', 'string'].includes(type);
        should(['lt', 'eq', 'gt'].filter((op) => true_.some((each) => each === op)).length).equal(
          alike || true_.includes('eq') ? 1 : 0,
        );
        if (!alike) should(true_.filter((op) => !['eq', 'neq'].includes(op))).deepEqual([]);
        else
          should([true_.includes('gte'), true_.includes('lte')]).deepEqual([
            !true_.includes('lt'),
            !true_.includes('gt'),
          ]);
      }),
    );
  });

  it('a value that contains itself equals nothing that a device reports', () => {
    const circle: { a: unknown } = { a: 1 };
    circle.a = circle;
    should(compare({ a: { a: { a: 1 } } }, 'eq', circle)).be.false();
  });
});
