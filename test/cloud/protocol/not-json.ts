import should from 'should';
import type { Reason } from '../../../cloud/protocol/error-reasons';
import { EztError } from '../../../cloud/protocol/errors';
import { foreign } from './foreign';

/** An object of `levels` levels. */
export function nested(levels: number): object {
  let value: object = {};
  for (let i = 1; i < levels; i += 1) value = { a: value };
  return value;
}

/** An object whose `c` is itself. */
export function cyclic(): object {
  const cycle: Record<string, unknown> = {};
  cycle.c = cycle;
  return cycle;
}

export const revoked = Proxy.revocable({}, {});
revoked.revoke();
export const trap = (handler: ProxyHandler<object>) => new Proxy({ a: 1 }, handler);
export const fail = (): never => {
  throw new Error('broken on purpose');
};

/** What no payload may hold at any depth, and why. */
export const NOT_JSON: [string, unknown, Reason][] = [
  ['NaN', Number.NaN, 'valueNumber'],
  ['Infinity', Number.POSITIVE_INFINITY, 'valueNumber'],
  ['-Infinity', Number.NEGATIVE_INFINITY, 'valueNumber'],
  ['a BigInt', 1n, 'valueBigint'],
  ['a function', () => 1, 'valueType'],
  ['a symbol', Symbol('x'), 'valueType'],
  ['a Buffer', Buffer.of(1), 'valueBuffer'],
  ['an invalid Date', new Date(Number.NaN), 'valueDate'],
  ['an invalid Date of another realm', foreign("new Date('x')"), 'valueDate'],
  ['a Map', new Map([[1, 2]]), 'valueType'],
  ['a Map of another realm', foreign('new Map([[1, 2]])'), 'valueType'],
  ['a Set of another realm', foreign('new Set([1])'), 'valueType'],
  ['a regular expression', /x/, 'valueType'],
  ['an Error', new Error('x'), 'valueType'],
  ['a Promise', Promise.resolve(1), 'valueType'],
  ['a typed array', new Float32Array(2), 'valueType'],
  ['an ArrayBuffer', new ArrayBuffer(2), 'valueType'],
  ['NaN in a Number object', Object(Number.NaN), 'valueType'],
  ['a list with undefined', [undefined], 'valueUndefined'],
  ['a list with a hole', new Array(2), 'valueUndefined'],
  ['a cycle', cyclic(), 'valueCircular'],
  ['201 levels', nested(201), 'payloadNotJson'],
  ['a getter that throws', Object.defineProperty({}, 'a', { get: fail, enumerable: true }), 'payloadNotJson'],
  [
    'a getter that throws in another realm',
    foreign("({ get a() { throw new Error('x') } })"),
    'payloadNotJson',
  ],
  [
    'a getter that throws an object without a prototype',
    {
      get a() {
        throw Object.create(null);
      },
    },
    'payloadNotJson',
  ],
  ['a toJSON that throws', { toJSON: fail }, 'payloadNotJson'],
  ['a toJSON that returns NaN', { toJSON: () => Number.NaN }, 'valueNumber'],
  [
    'a toJSON without end',
    foreign('class Endless { toJSON() { return { a: new Endless() } } } new Endless()'),
    'payloadNotJson',
  ],
  ['a Proxy that throws', trap({ ownKeys: fail }), 'payloadNotJson'],
  ['a revoked Proxy', revoked.proxy, 'payloadNotJson'],
  [
    'more than a million values',
    Array.from({ length: 21 }).reduce((value) => [value, value], 1),
    'payloadNotJson',
  ],
];

/** Asserts that `act` throws an `EZT_PAYLOAD` for `reason`. */
export function refuses(act: () => unknown, reason: Reason): void {
  should(act).throw(EztError, { code: 'EZT_PAYLOAD', reason });
  should(act).not.throw(/__/);
}
