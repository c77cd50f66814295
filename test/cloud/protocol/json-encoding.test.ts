import should from 'should';
import { encodeAttributes } from '../../../cloud/protocol/encoding';
import { EztError } from '../../../cloud/protocol/errors';
import { encodeJson } from './encode-json';
import { cyclic } from './not-json';

describe('JSON that is sent', () => {
  const alike: [string, unknown][] = [
    ['a Date', { at: new Date(0) }],
    ['a member that is undefined', { a: undefined, b: 1 }],
    ['a function that stands for something else', { a: Object.assign(() => 1, { toJSON: () => 2 }) }],
    ['a toJSON that is no function', { a: { toJSON: 1 } }],
    ['a key __proto__', JSON.parse('{"a":{"__proto__":{"b":1}},"c":2}')],
    ['keys that are numbers', { b: 1, 2: 'x', 1: 'y' }],
    ['one value twice', (({ a }) => ({ a, b: a }))({ a: [1] })],
    [
      'a class instance',
      {
        a: new (class Reading {
          value = 1;
        })(),
      },
    ],
    ['a key that is a symbol', { [Symbol('s')]: 1, a: 2 }],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 })],
  ];
  for (const [what, value] of alike)
    it(`writes ${what} as JSON.stringify does`, () => encodeJson(value).should.equal(JSON.stringify(value)));

  it('refuses raw JSON, where Node.js has it', () => {
    const { rawJSON } = JSON as { rawJSON?(text: string): unknown };
    const raw = rawJSON?.('1e999') ?? 1n;
    (() => encodeJson({ raw })).should.throw({ code: 'EZT_PAYLOAD' });
  });

  it('asks for each value once', () => {
    let asked = 0;
    const value = {
      get a() {
        asked += 1;
        return asked === 1 ? 1 : () => 1;
      },
    };
    encodeJson(value).should.equal('{"a":1}');
  });

  const named: [unknown, string, RegExp][] = [
    [{ a: Number.NaN }, 'a', /"a" is NaN.*send a number or null/],
    [{ a: 1, b: { c: [0, 5n] } }, 'b.c[1]', /"b\.c\[1\]" is a BigInt.*String\(value\)/],
    [{ a: { 'b c': Buffer.of(1) } }, 'a["b c"]', /Buffer.*buffer\.toString\("hex"\)/],
    [{ a: [[new Date(Number.NaN)]] }, 'a[0][0]', /invalid Date/],
    [{ a: { b: () => 1 } }, 'a.b', /of type function/],
    [{ a: [1, undefined] }, 'a[1]', /has no value.*null/],
    [{ 温度: new Map() }, '温度', /of type Map/],
    [{ a: { b: cyclic() } }, 'a.b.c', /contains itself/],
  ];
  for (const [payload, key, text] of named) {
    it(`names the key ${key}, and what to send instead`, () => {
      should(() => encodeJson(payload)).throw(EztError, { params: { key }, message: text });
    });
  }

  it('names the attribute that stands in the node', () => {
    should(() => encodeAttributes({ b: Number.NaN }, 'a')).throw(/"a\.b" is NaN/);
  });

  it('cuts a key that is long', () => {
    should(() => encodeJson({ ['x'.repeat(1000)]: 1n })).throw(/"x{100}…" is a BigInt/);
  });
});
