import type { Limit } from '../protocol/threshold';

/** What a watch looks for. Times in milliseconds. */
export type WatchRule =
  /** Nothing heard of a device for `after`. */
  | { mode: 'silence'; after: number }
  /** An attribute beyond its limit for `for`. */
  | { mode: 'threshold'; attribute: string; limit: Limit; for: number }
  /** An alarm; it is told again after every `every`, 0 is never. */
  | { mode: 'alarm'; every: number };
