import type { Random } from './random';

const deep = (levels: number) => {
  let value: unknown = 1;
  for (let i = 0; i < levels; i += 1) value = i % 2 ? [value] : { value };
  return value;
};
const cycle = () => {
  const value: { self?: unknown } = {};
  value.self = { value };
  return value;
};
const throwing = () => {
  throw new Error('hostile');
};

/** Values that no flow should send, and some that one may. Made anew each time: a node may change them. */
const VALUES: readonly (() => unknown)[] = [
  () => undefined,
  () => null,
  () => true,
  () => Number.NaN,
  () => Number.POSITIVE_INFINITY,
  () => -0,
  () => 1e308,
  () => 2 ** 31,
  () => 12n,
  () => Symbol('s'),
  () => throwing,
  () => '',
  () => 'DU_1',
  () => 'a/b',
  () => '+',
  () => '#',
  () => '..',
  () => 'a\u0000b',
  () => '\ud800',
  () => '\uffff',
  () => 'x'.repeat(128),
  () => 'x'.repeat(70_000),
  () => new Date(),
  () => new Date(Number.NaN),
  () => new Map([[1, 2]]),
  () => new Set([1]),
  () => Buffer.from('bytes'),
  () => new Float64Array([1, Number.NaN]),
  () => new Error('hostile'),
  () => Promise.resolve(1),
  () => new WeakMap(),
  () =>
    new (class Own {
      value = 1;
    })(),
  () => Object.create(null),
  () => Object.create({ inherited: 1 }),
  () => Object.freeze({ frozen: 1 }),
  () => JSON.parse('{"__proto__":{"polluted":1},"constructor":1}'),
  () => new Array(3),
  () => [],
  () => ['DU_1', 'DU_2', 'DU_1'],
  () => ['DU_1', '+'],
  () => ({ temperature: 21 }),
  () => ({ 'bad name': 1 }),
  () => ({ a: undefined }),
  () => ({ a: throwing }),
  () => ({ method: 'm', params: { a: 1 } }),
  () => ({ method: 'm', params: { a: 1 }, id: 5 }),
  () => deep(150),
  () => deep(250),
  () => deep(20_000),
  cycle,
  () => ({
    get a() {
      return throwing();
    },
  }),
  () => new Proxy({ a: 1 }, { ownKeys: throwing }),
  () => new Proxy({ a: 1 }, { getPrototypeOf: throwing }),
  () => ({ toJSON: throwing }),
  () => {
    const value = { toJSON: (): unknown => value };
    return value;
  },
  () => ({ toString: throwing, valueOf: throwing }),
  () => ({ length: 1, 0: 'DU_1' }),
];

/** One of them, or an object or a list of some. */
export function hostile(random: Random): unknown {
  if (!random.onceIn(8)) return random.pick(VALUES)();
  if (random.onceIn(2)) return [hostile(random), hostile(random)];
  return { [random.pick(['a', 'b-c', '__proto__', 'x y'])]: hostile(random), b: hostile(random) };
}
