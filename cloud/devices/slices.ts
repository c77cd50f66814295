import { performance } from 'node:perf_hooks';

/** One slice takes so many milliseconds at most … */
const SLICE_MS = 10;
/** … and goes through so many items. */
const SLICE_ITEMS = 1_000;

/** Resolves when the event loop has turned; whoever goes through much calls it between two slices. */
export type Turn = () => Promise<void>;

let last = Promise.resolve();

/** Each caller gets a turn to itself, however many go through something at the same time. */
export function ownTurn(): Promise<void> {
  last = last.then(() => new Promise((resolve) => setImmediate(resolve)));
  return last;
}

/**
 * Calls `visit` for every item, in slices, so that the event loop goes on between them. The first begins at once. If
 * `turn` rejects, that is the end. `most`: items in a slice.
 */
export async function inSlices<T>(
  items: Iterable<T>,
  visit: (item: T) => void,
  turn: Turn = ownTurn,
  most = SLICE_ITEMS,
): Promise<void> {
  let began = performance.now();
  let count = 0;
  for (const item of items) {
    if (count === most || performance.now() - began > SLICE_MS) {
      await turn();
      began = performance.now();
      count = 0;
    }
    visit(item);
    count += 1;
  }
}

/** `items` in the order of `key`, each key once; sorted in slices (merge sort). */
export async function sortedInSlices<T>(
  items: readonly T[],
  key: (item: T) => string,
  turn: Turn = ownTurn,
): Promise<T[]> {
  const before = (a: T, b: T) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);
  let runs: T[][] = [];
  await inSlices(starts(items.length), (start) => runs.push(run(start)), turn, 1);
  while (runs.length > 1) {
    const merged: T[][] = [];
    for (let i = 0; i < runs.length; i += 2) {
      const one: T[] = [];
      await inSlices(merge(runs[i] ?? [], runs[i + 1] ?? [], before), (item) => one.push(item), turn);
      merged.push(one);
    }
    runs = merged;
  }
  return runs[0] ?? [];

  function run(start: number): T[] {
    const sorted = items.slice(start, start + SLICE_ITEMS).sort(before);
    return sorted.filter((item, i) => {
      const previous = sorted[i - 1];
      return previous === undefined || key(previous) !== key(item);
    });
  }
}

function* starts(length: number): Generator<number> {
  for (let start = 0; start < length; start += SLICE_ITEMS) yield start;
}

/** Of two equal items the first list's is taken. */
function* merge<T>(a: readonly T[], b: readonly T[], before: (a: T, b: T) => number): Generator<T> {
  let i = 0;
  let j = 0;
  for (;;) {
    const one = a[i];
    const other = b[j];
    if (one === undefined && other === undefined) return;
    const order = one === undefined ? 1 : other === undefined ? -1 : before(one, other);
    if (order <= 0 && one !== undefined) yield one;
    else if (other !== undefined) yield other;
    if (order <= 0) i += 1;
    if (order >= 0) j += 1;
  }
}
