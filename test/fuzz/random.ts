import { seeded } from '../chaos/faults';

/** Choices that a seed repeats. */
export interface Random {
  /** A whole number from 0 to below `n`. */
  below(n: number): number;
  pick<T>(items: readonly T[]): T;
  /** True once in `n` times. */
  onceIn(n: number): boolean;
  bytes(length: number): Buffer;
}

export function createRandom(seed: number): Random {
  const next = seeded(seed);
  const below = (n: number) => Math.floor(next() * n);
  return {
    below,
    pick(items) {
      const item = items[below(items.length)];
      if (item === undefined && items.length === 0) throw new Error('Nothing to pick from');
      return item as (typeof items)[number];
    },
    onceIn: (n) => below(n) === 0,
    bytes: (length) => Buffer.from(Array.from({ length }, () => below(256))),
  };
}
