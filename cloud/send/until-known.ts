/** Whether it is known how devices stand, and which of them wait for that. */
export interface UntilKnown {
  readonly known: boolean;
  /** `device` waits, if it is not known yet. */
  waits(device: string): void;
}

/** It is known when all of `awaited` have resolved; at once if there are none. Then `decide` gets each device that waits. */
export function untilKnown(
  awaited: readonly (Promise<unknown> | undefined)[],
  decide: (device: string) => void,
): UntilKnown {
  const waiting = new Set<string>();
  const left = awaited.filter((each) => each !== undefined);
  let known = left.length === 0;
  if (!known)
    void Promise.all(left).then(() => {
      known = true;
      waiting.forEach(decide);
      waiting.clear();
    });
  return {
    get known() {
      return known;
    },
    waits(device) {
      if (!known) waiting.add(device);
    },
  };
}
