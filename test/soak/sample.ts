/** What has become of the messages since Node-RED started. */
export interface Counts {
  /** Messages that left our nodes. */
  received: number;
  /** Of these, attributes by the plain nodes (`flow.ts`). */
  plain: number;
  /** Messages given to the out nodes, and what they ended with: acknowledged or answered, or an error by its code. */
  offered: number;
  done: number;
  failed: Record<string, number>;
}

/** The process of Node-RED, weighed after a collection while nothing is on its way. */
export interface Sample {
  /** ms since the epoch. */
  at: number;
  /** Bytes. */
  heap: number;
  external: number;
  rss: number;
  timers: number;
  /** Sockets, servers, files, child processes. */
  handles: number;
  /** Of the process and of Node-RED's events. */
  listeners: number;
  /** Seconds of processor time since the last sample. */
  cpu: number;
}

/** By how much the rest of a run may exceed its second quarter: bytes, and how many of each. */
export interface Slack {
  heap: number;
  external: number;
  timers: number;
  handles: number;
  listeners: number;
}

export const SLACK: Slack = { heap: 2e6, external: 1e6, timers: 2, handles: 0, listeners: 0 };

/**
 * What grew: the first quarter warms up, the second is the measure, and the median of the last may not exceed the
 * highest of the second by more than `slack`. A median, since the one sample after a deploy may hold what is about to go.
 */
export function growth(samples: readonly Sample[], slack: Slack = SLACK): string[] {
  const quarter = Math.floor(samples.length / 4);
  if (quarter === 0) throw new Error(`${samples.length} samples are too few to judge`);
  const second = samples.slice(quarter, 2 * quarter);
  const last = samples.slice(-quarter);
  return (Object.keys(slack) as (keyof Slack)[]).flatMap((what) => {
    const before = Math.max(...second.map((sample) => sample[what]));
    const after = median(last.map((sample) => sample[what]));
    return after > before + slack[what] ? [`${what} grew from ${before} to ${after}`] : [];
  });
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}
