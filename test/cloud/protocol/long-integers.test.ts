import fc from 'fast-check';
import should from 'should';
import { decodeJson } from '../../../cloud/protocol/json';

const decode = (text: string) => decodeJson(Buffer.from(text));
const isSafe = (value: bigint) => value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER;

/** JSON as a device may write it: with whole numbers of any size, and blanks between the tokens. */
const { tree } = fc.letrec<{ tree: unknown; list: unknown[]; object: Record<string, unknown> }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
    fc.bigInt({ min: 2n ** 53n - 3n, max: 2n ** 53n + 3n }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string(),
    fc.constantFrom('9007199254740993', '\\"1724442618569203714', '1724442618569203714"', true, null),
    tie('list'),
    tie('object'),
  ),
  list: fc.array(tie('tree'), { maxLength: 4 }),
  object: fc.dictionary(fc.oneof(fc.string(), fc.constant('"1724442618569203714')), tie('tree'), {
    maxKeys: 4,
    noNullPrototype: true,
  }),
}));

function write(value: unknown, blank: string): string {
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `[${value.map((item) => blank + write(item, blank)).join(',')}${blank}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, member]) => `${blank}${JSON.stringify(key)}${blank}:${write(member, blank)}`,
  );
  return `{${members.join(',')}${blank}}`;
}

/** What a flow shall get of it. */
function expected(value: unknown): unknown {
  if (typeof value === 'bigint') return isSafe(value) ? Number(value) : String(value);
  if (Array.isArray(value)) return value.map(expected);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([key]) => key !== '__proto__');
  return Object.fromEntries(members.map(([key, member]) => [key, expected(member)]));
}

describe('whole numbers beyond ±(2⁵³−1)', () => {
  const rows: [string, unknown][] = [
    ['{"sn":1724442618569203714}', { sn: '1724442618569203714' }],
    ['-1724442618569203714', '-1724442618569203714'],
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', '9007199254740992'],
    ['[-9007199254740991,-9007199254740992]', [-9007199254740991, '-9007199254740992']],
    [`[${'9'.repeat(400)}]`, ['9'.repeat(400)]],
    [
      '[1e20,1.5e300,1234567890123456.50,-0.12345678901234568]',
      [1e20, 1.5e300, 1234567890123456.5, -0.12345678901234568],
    ],
    ['["\\"1724442618569203714",1724442618569203714]', ['"1724442618569203714', '1724442618569203714']],
    ['{"1724442618569203714":1724442618569203714}', { '1724442618569203714': '1724442618569203714' }],
  ];
  for (const [json, value] of rows) {
    it(`reads ${json.slice(0, 60)} with all digits`, () => should(decode(json)).eql(value));
  }

  for (const json of [
    '01724442618569203714',
    '{1724442618569203714:1}',
    '"a" 1724442618569203714',
    '[1e999]',
  ]) {
    it(`does not make JSON of ${json}`, () => should(() => decode(json)).throw());
  }

  it('are text, all else is as it came, wherever they stand', () => {
    fc.assert(
      fc.property(tree, fc.constantFrom('', ' ', '\n\t'), (value, blank) => {
        should(decode(write(value, blank))).eql(expected(value));
      }),
      { numRuns: 1000 },
    );
  });
});
