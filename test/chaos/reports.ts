import type { Entry, Observations, Row } from './ledger';

/** Reports of devices, QoS 1 in a persistent session: none missing, in order. Returns how many are missing. */
export function judgeReports(
  entries: readonly Entry[],
  seen: Observations,
  row: (at: number) => Row,
  violations: string[],
): number {
  const counts = new Map<number, number>();
  const newest = new Map<string, number>();
  for (const { event, stream = '', n = 0, at } of entries) {
    if (event !== 'in') continue;
    const times = (counts.get(n) ?? 0) + 1;
    counts.set(n, times);
    if (times > 1) row(at).repeated += 1;
    else {
      if (n < (newest.get(stream) ?? 0)) violations.push(`report out of order: ${stream} ${n}`);
      newest.set(stream, n);
    }
  }
  let missing = 0;
  for (const { stream, n, at } of seen.published) {
    row(at).reported += 1;
    if (counts.has(n)) continue;
    missing += 1;
    row(at).missing += 1;
    violations.push(`report missing: ${stream} ${n}`);
  }
  return missing;
}

/** How long each stop of the flows took. */
export function stops(entries: readonly Entry[]): { at: number; ms: number }[] {
  const found: { at: number; ms: number }[] = [];
  let begun: number | undefined;
  for (const { event, at } of entries) {
    if (event === 'stopping') begun = at;
    if (event !== 'stopped' || begun === undefined) continue;
    found.push({ at, ms: at - begun });
    begun = undefined;
  }
  return found;
}
