import type { Clock } from './clock';

/** When something is due for each of many devices, with one timer. Times as of `Clock.running`. */
export interface DueTimes {
  /**
   * Asks for a call at `at`. An earlier call that was asked for stays: whoever is called then sees that there is time left,
   * and asks again. So a device that reports every second costs nothing here.
   */
  set(device: string, at: number): void;
  /** Forgets all devices but those that `keep` names. */
  retain(keep: (device: string) => boolean): void;
  /** Makes no calls until the next {@link release}. */
  hold(): void;
  /** Makes calls again, the first after `ms`. */
  release(ms: number): void;
  stop(): void;
}

interface Due {
  readonly at: number;
  /** Of two at the same time the one that was asked for first comes first. */
  readonly order: number;
  readonly device: string;
}

/** Milliseconds: Node's timers can wait no longer. */
const LONGEST = 2_147_483_647;
/** Devices in one turn of the event loop: thousands may be due at once. */
const AT_ONCE = 200;

/** Makes no calls before the first {@link DueTimes.release}. */
export function createDueTimes(clock: Clock, onDue: (device: string, now: number) => void): DueTimes {
  const heap: Due[] = [];
  /** The time in the heap that counts for each device; others are out of date. */
  const times = new Map<string, number>();
  let asked = 0;
  let held = true;
  let notBefore = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | undefined;
  let wakesAt = Number.POSITIVE_INFINITY;

  function arm() {
    const [first] = heap;
    if (held || !first) return disarm();
    const at = Math.max(first.at, notBefore);
    if (cancel && wakesAt <= at) return; // it looks again then
    cancel?.();
    wakesAt = at;
    cancel = clock.after(Math.min(Math.max(1, Math.ceil(at - clock.running())), LONGEST), wake);
  }

  function disarm() {
    cancel?.();
    cancel = undefined;
    wakesAt = Number.POSITIVE_INFINITY;
  }

  function wake() {
    cancel = undefined;
    wakesAt = Number.POSITIVE_INFINITY;
    const now = clock.running();
    for (let i = 0; i < AT_ONCE && !held && now >= notBefore; i += 1) {
      const [first] = heap;
      if (!first || first.at > now) break;
      removeFirst(heap);
      if (times.get(first.device) !== first.at) continue;
      times.delete(first.device);
      onDue(first.device, now);
    }
    arm();
  }

  return {
    set(device, at) {
      const before = times.get(device);
      if (before !== undefined && before <= at) return;
      times.set(device, at);
      asked += 1;
      insert(heap, { at, order: asked, device });
      if (heap[0]?.at === at) arm();
    },
    retain(keep) {
      const left = heap.filter(({ at, device }) => times.get(device) === at && keep(device));
      heap.length = 0;
      times.clear();
      for (const due of left) {
        times.set(due.device, due.at);
        insert(heap, due);
      }
    },
    hold() {
      held = true;
      disarm();
    },
    release(ms) {
      held = false;
      notBefore = clock.running() + ms;
      disarm();
      arm();
    },
    stop() {
      held = true;
      disarm();
      heap.length = 0;
      times.clear();
    },
  };
}

// A binary heap: the earliest is first, and the children of `i` are `2 i + 1` and `2 i + 2`.

const isBefore = (one: Due, other: Due): boolean =>
  one.at < other.at || (one.at === other.at && one.order < other.order);

function insert(heap: Due[], due: Due): void {
  let at = heap.push(due) - 1;
  while (at > 0) {
    const above = (at - 1) >> 1;
    const parent = heap[above] as Due;
    if (!isBefore(due, parent)) break;
    heap[at] = parent;
    at = above;
  }
  heap[at] = due;
}

function removeFirst(heap: Due[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  let at = 0;
  for (;;) {
    const left = 2 * at + 1;
    const right = heap[left + 1];
    const child = right && isBefore(right, heap[left] as Due) ? left + 1 : left;
    const below = heap[child];
    if (!below || !isBefore(below, last)) break;
    heap[at] = below;
    at = child;
  }
  heap[at] = last;
}
