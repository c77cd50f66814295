import { foreign } from './foreign';

/** An object of `levels` levels. */
export function nested(levels: number): object {
  let value: object = {};
  for (let i = 1; i < levels; i += 1) value = { a: value };
  return value;
}

const cycle: Record<string, unknown> = {};
cycle.itself = [cycle];
export const revoked = Proxy.revocable({}, {});
revoked.revoke();
export const trap = (handler: ProxyHandler<object>) => new Proxy({ a: 1 }, handler);
export const fail = (): never => {
  throw new Error('broken on purpose');
};

/** What no payload may hold, at any depth. */
export const NOT_JSON: [string, unknown][] = [
  ['undefined', undefined],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['a BigInt', 1n],
  ['a function', () => 1],
  ['a symbol', Symbol('x')],
  ['a Map', new Map([[1, 2]])],
  ['a Map of another realm', foreign('new Map([[1, 2]])')],
  ['a Set of another realm', foreign('new Set([1])')],
  ['a regular expression', /x/],
  ['an Error', new Error('x')],
  ['a Promise', Promise.resolve(1)],
  ['a typed array', new Float32Array(2)],
  ['an ArrayBuffer', new ArrayBuffer(2)],
  ['NaN in a Number object', Object(Number.NaN)],
  ['a list with a hole', new Array(2)],
  ['a cycle', cycle],
  ['201 levels', nested(201)],
  ['a getter that throws', Object.defineProperty({}, 'a', { get: fail, enumerable: true })],
  ['a getter that throws in another realm', foreign("({ get a() { throw new Error('x') } })")],
  [
    'a getter that throws an object without a prototype',
    {
      get a() {
        throw Object.create(null);
      },
    },
  ],
  ['a toJSON that throws', { toJSON: fail }],
  ['a toJSON that returns undefined', { toJSON: () => undefined }],
  ['a toJSON that returns NaN', { toJSON: () => Number.NaN }],
  [
    'a toJSON without end',
    foreign('class Endless { toJSON() { return { a: new Endless() } } } new Endless()'),
  ],
  ['a Proxy that throws', trap({ ownKeys: fail })],
  ['a revoked Proxy', revoked.proxy],
  ['more than a million values', Array.from({ length: 21 }).reduce((value) => [value, value], 1)],
];
