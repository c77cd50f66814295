/** Seconds between attempts to connect. */
const FIRST = 1;
const LONGEST = 30;
/** After a refusal that a person has to fix, e.g. a wrong secret. */
const SLOW = 60;
const FASTEST = 0.2;

/**
 * When to try again, in milliseconds. `attempt` counts the failures in a row (1 …). Full jitter: a thousand
 * Node-REDs that lost one broker come back spread over the whole delay, not together.
 */
export function retryDelay(attempt: number, slow: boolean, random: () => number = Math.random): number {
  if (slow) return 1000 * SLOW * (1 + random());
  const longest = Math.min(LONGEST, FIRST * 2 ** Math.min(attempt - 1, 30));
  return 1000 * Math.max(FASTEST, longest * random());
}
