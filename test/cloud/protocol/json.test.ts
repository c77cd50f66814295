import fc from 'fast-check';
import should from 'should';
import { clonePayload, decodeJson, decodeText, isPlainObject, Malformed } from '../../../cloud/protocol/json';
import { encodeJson } from './encode-json';
import { foreign } from './foreign';

const decode = (text: string) => decodeJson(Buffer.from(text));
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
const own = (value: unknown): string[] => (isPlainObject(value) ? Object.getOwnPropertyNames(value) : []);

/** What JSON writes in more digits than a number holds comes back as text. */
const asReceived = (_key: string, value: unknown): unknown =>
  Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(Number(value)) < 1e21
    ? String(value)
    : value;

describe('json', () => {
  describe('decoding', () => {
    const values: [string, unknown][] = [
      ['5', 5],
      ['"x"', 'x'],
      ['null', null],
      ['false', false],
      [' [1, 2] ', [1, 2]],
      ['{}', {}],
      ['\ufeff{"a":1}', { a: 1 }],
      ['{"a":1,"a":2}', { a: 2 }],
      ['"\\ud800"', '\ud800'],
      ['"\ufffd"', '\ufffd'],
      ['1e308', 1e308],
      ['-0', -0],
      [
        '{"":{"constructor":1,"toString":2,"hasOwnProperty":3}}',
        { '': { constructor: 1, toString: 2, hasOwnProperty: 3 } },
      ],
    ];
    for (const [text, value] of values) {
      it(`reads ${JSON.stringify(text)}`, () => should(decode(text)).eql(value));
    }

    const malformed: [string, string | Buffer, RegExp][] = [
      ['nothing', '', /empty/],
      ['a byte-order mark alone', '\ufeff', /empty/],
      ['two byte-order marks', '\ufeff\ufeff1', /not JSON/],
      ['NULs alone', '\0\0', /empty/],
      ['white space alone', ' \n', /not JSON/],
      ['NaN', 'NaN', /not JSON/],
      ['Infinity', '{"a":Infinity}', /not JSON/],
      ['an infinite number', '1e999', /too large/],
      ['an infinite negative number within', '[{"a":-1e999}]', /too large/],
      ['single quotes', "{'a':1}", /not JSON/],
      ['a trailing comma', '{"a":1,}', /not JSON/],
      ['a comment', '{} // x', /not JSON/],
      ['half an object', '{"a":', /not JSON/],
      ['201 levels of lists', nested(201), /deeper than 200/],
      ['201 levels of objects', `${'{"a":'.repeat(201)}1${'}'.repeat(201)}`, /deeper than 200/],
      ['100,000 levels', nested(100_000), /deeper than 200/],
      ['100,000 opening brackets', '['.repeat(100_000), /not JSON/],
      ['a byte that is not UTF-8', Buffer.of(0x22, 0xff, 0x22), /not UTF-8/],
      ['an overlong encoding', Buffer.of(0x22, 0xc0, 0xaf, 0x22), /not UTF-8/],
      ['an encoded surrogate', Buffer.of(0x22, 0xed, 0xa0, 0x80, 0x22), /not UTF-8/],
      ['half a character', Buffer.from('"é"').subarray(0, 2), /not UTF-8/],
      ['UTF-16', Buffer.from('\ufeff{"a":1}', 'utf16le'), /not UTF-8/],
    ];
    for (const [what, bytes, why] of malformed) {
      it(`refuses ${what}`, () => {
        (() => decodeJson(Buffer.from(bytes))).should.throw(Malformed, { message: why });
      });
    }

    it('reads 200 levels', () => should(JSON.stringify(decode(nested(200)))).equal(nested(200)));

    for (const name of [
      '__proto__',
      '\\u005f_proto__',
      '\\u005f\\u005fproto\\u005f\\u005f',
      '_\\u005fproto__',
    ]) {
      it(`drops a key "${name}" at every depth`, () => {
        const evil = `{"${name}":{"polluted":1},"a":1}`;
        const value = decode(`{"${name}":{"polluted":1},"b":[${evil},{"c":${evil}}]}`);
        should(value).eql({ b: [{ a: 1 }, { c: { a: 1 } }] });
        own(value).should.eql(['b']);
        should(Object.assign({}, value)).not.have.property('polluted');
        should({}).not.have.property('polluted');
      });
    }

    it('drops a key __proto__ that is nested too deep to read', () => {
      should(decode(`{"__proto__":${nested(300)},"a":1}`)).eql({ a: 1 });
    });

    it('drops only the first byte-order mark of a text', () => {
      decodeText(Buffer.from('\ufeff\ufeffx\ufeff')).should.equal('\ufeffx\ufeff');
    });

    it('throws nothing but Malformed, whatever the bytes', () => {
      fc.assert(
        fc.property(
          fc.oneof(
            fc.uint8Array(),
            fc.string().map((text) => Buffer.from(text)),
          ),
          (bytes) => {
            try {
              decodeJson(Buffer.from(bytes));
            } catch (error) {
              should(error).be.instanceOf(Malformed);
            }
          },
        ),
      );
    });
  });

  it('decodes what it encodes to the same value, and so do copies of it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const decoded = decode(encodeJson(value));
        should(JSON.stringify(decoded)).equal(JSON.stringify(value, asReceived));
        should(JSON.stringify(clonePayload(decoded))).equal(JSON.stringify(decoded));
      }),
    );
  });

  describe('a copy', () => {
    it('shares nothing with the original', () => {
      const original = { a: [{ b: 1 }], c: Buffer.from('x') };
      const copy = clonePayload(original);
      should(copy).eql(original);
      original.a.push({ b: 2 });
      original.c[0] = 0;
      should(copy).eql({ a: [{ b: 1 }], c: Buffer.from('x') });
    });
  });

  describe('a plain object', () => {
    const plain: [string, unknown][] = [
      ['{}', {}],
      ['one of another realm', foreign('({ a: 1 })')],
      ['one without a prototype', Object.create(null)],
      ['parsed JSON', JSON.parse('{"__proto__":1}')],
      ['a class instance', new (class Reading {})()],
      ['a class instance of another realm', foreign('new (class Reading {})()')],
      ['one that stands for something else', { toJSON: () => 'x' }],
    ];
    for (const [what, value] of plain) it(`is ${what}`, () => isPlainObject(value).should.be.true());

    const other: [string, unknown][] = [
      ['null', null],
      ['undefined', undefined],
      ['text', 'x'],
      ['a number', 1],
      ['a list', []],
      ['a list of another realm', foreign('[]')],
      ['a Date', new Date()],
      ['a Buffer', Buffer.alloc(1)],
      ['a Map', new Map()],
      ['a Map of another realm', foreign('new Map()')],
      ['an Error', new Error('x')],
      ['a Set of another realm', foreign('new Set()')],
      ['a Date of another realm', foreign('new Date()')],
      ['a function', () => 1],
    ];
    for (const [what, value] of other) it(`is not ${what}`, () => isPlainObject(value).should.be.false());
  });
});
