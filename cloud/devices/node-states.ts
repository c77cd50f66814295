/** What one node remembers for each device. */
export interface SavedState {
  node: string;
  /** When the node last asked for it, milliseconds since the epoch. */
  claimed: number;
  entries: [device: string, value: unknown][];
}

/** What nodes remember for each device. */
export interface NodeStates {
  /** The state of a running node. */
  of(node: string): Map<string, unknown>;
  drop(node: string): void;
  forget(device: string): void;
  /** Takes over what an earlier process left. Entries that are there already stay. */
  restore(states: readonly SavedState[]): void;
  /** All of them, those of nodes that have not asked for theirs as well: a disabled node may come back. */
  saved(
    now: number,
  ): IterableIterator<Omit<SavedState, 'entries'> & { entries: Iterable<[string, unknown]> }>;
}

/** The most devices in the state of one node. */
const MAX_ENTRIES = 100_000;
/** The most nodes, and entries of theirs, whose state is kept though they do not run. */
const MAX_UNCLAIMED = 1_000;
const MAX_UNCLAIMED_ENTRIES = 200_000;

/** A map that tells when it has changed, and does not grow for ever. */
class StateMap extends Map<string, unknown> {
  onChange?: () => void;

  override set(device: string, value: unknown): this {
    super.set(device, value);
    if (this.size > MAX_ENTRIES) super.delete(this.keys().next().value as string);
    this.onChange?.();
    return this;
  }
  override delete(device: string): boolean {
    const was = super.delete(device);
    if (was) this.onChange?.();
    return was;
  }
  override clear(): void {
    super.clear();
    this.onChange?.();
  }
}

export function createNodeStates(onChange: () => void): NodeStates {
  const states = new Map<string, StateMap>();
  let unclaimed: SavedState[] = [];
  /** Dropped before what an earlier process left was there. */
  let dropped: Set<string> | undefined = new Set();

  function claim(node: string): StateMap {
    const state = new StateMap();
    const found = unclaimed.find((saved) => saved.node === node);
    unclaimed = unclaimed.filter((saved) => saved !== found);
    if (found) fill(state, found);
    state.onChange = onChange;
    states.set(node, state);
    return state;
  }

  function fill(state: StateMap, { entries }: SavedState) {
    for (const [device, value] of entries) if (!state.has(device)) state.set(device, value);
  }

  /** Those that were asked for last. */
  function limited(saved: readonly SavedState[]): SavedState[] {
    let entries = 0;
    return [...saved]
      .sort((a, b) => b.claimed - a.claimed)
      .slice(0, MAX_UNCLAIMED)
      .filter((each) => {
        entries += each.entries.length;
        return entries <= MAX_UNCLAIMED_ENTRIES;
      });
  }

  return {
    of: (node) => states.get(node) ?? claim(node),
    drop(node) {
      dropped?.add(node);
      const kept = unclaimed.filter((saved) => saved.node !== node);
      const changed = states.delete(node) || kept.length < unclaimed.length;
      unclaimed = kept;
      if (changed) onChange(); // or every start of a node would be a reason to write
    },
    forget(device) {
      for (const state of states.values()) state.delete(device);
    },
    restore(saved) {
      const left: SavedState[] = [];
      for (const each of saved) {
        if (dropped?.has(each.node)) continue;
        const running = states.get(each.node);
        if (running) fill(running, each);
        else left.push(each);
      }
      unclaimed = limited(left);
      dropped = undefined;
    },
    *saved(now) {
      for (const [node, entries] of states) if (entries.size > 0) yield { node, claimed: now, entries };
      yield* unclaimed;
    },
  };
}
