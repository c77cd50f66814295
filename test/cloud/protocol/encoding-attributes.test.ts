import fc from 'fast-check';
import should from 'should';
import { encodeAttributes } from '../../../cloud/protocol/encoding';
import { EztError } from '../../../cloud/protocol/errors';
import { foreign } from './foreign';
import { fail, NOT_JSON, nested, refuses, revoked, trap } from './not-json';

describe('encoding attributes', () => {
  const sent: [string, unknown, string | undefined, string][] = [
    ['an object', { a: 1, 'b-_9': 'x' }, undefined, '{"a":1,"b-_9":"x"}'],
    ['an object of a Function node', foreign('({ a: { b: [1] } })'), undefined, '{"a":{"b":[1]}}'],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 }), '', '{"a":1}'],
    ['null and false', { a: null, b: false }, undefined, '{"a":null,"b":false}'],
    ['one attribute', 5, 'a', '{"a":5}'],
    ['one attribute that is null', null, 'a', '{"a":null}'],
    ['one attribute that is an empty object', {}, 'a', '{"a":{}}'],
    ['an attribute __proto__', 5, '__proto__', '{"__proto__":5}'],
    ['a Date', new Date(0), 'a', '{"a":"1970-01-01T00:00:00.000Z"}'],
    ['a Date of another realm', foreign('new Date(0)'), 'a', '{"a":"1970-01-01T00:00:00.000Z"}'],
    [
      'a class instance',
      new (class Point {
        x = 1;
      })(),
      'a',
      '{"a":{"x":1}}',
    ],
    [
      'a class instance in place of the object, as a row of a database',
      new (class Row {
        a = 1;
        b = new Date(0);
        method() {
          return this.a;
        }
      })(),
      undefined,
      '{"a":1,"b":"1970-01-01T00:00:00.000Z"}',
    ],
    ["an instance of a Function node's class", foreign('new (class { a = 1 })()'), undefined, '{"a":1}'],
    ['the object that toJSON stands for', { a: 1, toJSON: () => ({ b: 2 }) }, undefined, '{"b":2}'],
    [
      'no member that is undefined',
      { a: 1, b: undefined, c: [{ d: undefined }] },
      undefined,
      '{"a":1,"c":[{}]}',
    ],
    [
      'no member whose toJSON returns undefined',
      { a: 1, b: { toJSON: () => undefined } },
      undefined,
      '{"a":1}',
    ],
    ['a lone surrogate', '\ud800', 'a', '{"a":"\\ud800"}'],
  ];
  for (const [what, payload, attribute, json] of sent) {
    it(`sends ${what}`, () => encodeAttributes(payload, attribute).toString().should.equal(json));
  }

  it('sends an object whose toJSON returns it', () => {
    const itself = { a: 1, toJSON: (): unknown => itself };
    Object.defineProperty(itself, 'toJSON', { enumerable: false });
    encodeAttributes(itself, 'x').toString().should.equal('{"x":{"a":1}}');
  });

  it('sends one object in two places, and 200 levels', () => {
    const shared = { x: 1 };
    encodeAttributes({ a: shared, b: [shared, shared] })
      .toString()
      .should.equal('{"a":{"x":1},"b":[{"x":1},{"x":1}]}');
    encodeAttributes(nested(200)).length.should.be.above(1000);
    encodeAttributes(nested(199), 'a').length.should.be.above(1000);
    refuses(() => encodeAttributes(nested(200), 'a'), 'payloadNotJson');
  });

  it('sends what a getter or toJSON says when it is read, which is once', () => {
    let reads = 0;
    const fickle = {
      get a() {
        reads += 1;
        return reads === 1 ? 1 : Number.NaN;
      },
    };
    encodeAttributes(fickle).toString().should.equal('{"a":1}');
    let asked = 0;
    const fickler = {
      toJSON: () => {
        asked += 1;
        return asked === 1 ? 1 : undefined;
      },
    };
    encodeAttributes(fickler, 'a').toString().should.equal('{"a":1}');
  });

  for (const [what, value, reason] of NOT_JSON) {
    it(`refuses ${what}, deep or not`, () => {
      refuses(() => encodeAttributes(value, 'a'), reason);
      refuses(() => encodeAttributes({ ok: 1, a: [{ b: value }] }), reason);
    });
  }

  const notObjects: [string, unknown][] = [
    ['nothing', undefined],
    ['null', null],
    ['text', 'a'],
    ['JSON text of a list', '[1]'],
    ['a number', 5],
    ['a list', [{ a: 1 }]],
    ['a Buffer', Buffer.from('{"a":1}')],
    ['a Date', new Date()],
    ['a Map', new Map([['a', 1]])],
    ['a Set', new Set([1])],
    ['an Error', new Error('x')],
    ['an object that stands for text', { a: 1, toJSON: () => 'x' }],
  ];
  for (const [what, payload] of notObjects) {
    it(`refuses ${what} in place of the object`, () =>
      refuses(() => encodeAttributes(payload), 'payloadNotObject'));
  }

  it('says of JSON text that a JSON node makes an object of it', () => {
    refuses(() => encodeAttributes(' {"a":1}'), 'payloadIsText');
    should(() => encodeAttributes('{"a":1}')).throw(/JSON node/);
  });

  it('says of which type it is', () => {
    for (const [value, type] of [
      [null, 'null'],
      [undefined, 'undefined'],
      ['x', 'string'],
      [[1], 'Array'],
      [Buffer.of(1), 'Buffer'],
      [new Map(), 'Map'],
    ]) {
      should(() => encodeAttributes(value)).throw(EztError, { params: { type } });
    }
  });

  it('refuses an object without a value', () => {
    refuses(() => encodeAttributes({ a: undefined }), 'payloadEmpty');
    refuses(() => encodeAttributes(undefined, 'a'), 'payloadEmpty');
  });

  it('refuses an empty object, and one with symbols alone', () => {
    refuses(() => encodeAttributes({}), 'payloadEmpty');
    refuses(() => encodeAttributes({ [Symbol('a')]: 1 }), 'payloadEmpty');
    refuses(() => encodeAttributes(foreign('({})')), 'payloadEmpty');
  });

  it('refuses a hostile object itself', () => {
    refuses(() => encodeAttributes(revoked.proxy), 'payloadNotJson');
    refuses(() => encodeAttributes(trap({ ownKeys: fail })), 'payloadNotJson');
    refuses(() => encodeAttributes(trap({ getPrototypeOf: fail })), 'payloadNotJson');
    refuses(() => encodeAttributes(trap({ get: fail })), 'payloadNotJson');
  });

  for (const identifier of [
    'a b',
    'a.b',
    'a/b',
    '温度',
    '',
    'a\n',
    'a"',
    'é',
    'x'.repeat(1000).concat('!'),
  ]) {
    it(`refuses an identifier ${JSON.stringify(identifier.slice(0, 20))}`, () => {
      refuses(() => encodeAttributes({ ok: 1, [identifier]: 1 }), 'attributeInvalid');
      if (identifier !== '') refuses(() => encodeAttributes(1, identifier), 'attributeInvalid');
    });
  }

  it('encodes any JSON so that it decodes to the same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        should(JSON.stringify(JSON.parse(encodeAttributes(value, 'a').toString()).a)).equal(
          JSON.stringify(value),
        );
      }),
    );
  });
});
