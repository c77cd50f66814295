import type { Entry, Observations } from './ledger';
import { isForgotten } from './reports';

/** A report's second attribute, which changes with every tenth number only. */
export const tenOf = (n: number): number => Math.floor(n / 10);

/**
 * What a node with `when: changed` and `initial` has sent of the same reports: none missing, since the number of each
 * differs; the other attribute left out only where it is what was sent last; nothing sent twice in a row. Returns how
 * many are missing.
 */
export function judgeChanges(entries: readonly Entry[], seen: Observations, violations: string[]): number {
  const arrived = new Set<number>();
  const views = new Map<string, { n: number; ten: number; run: number }>();
  const sent = entries.filter(({ event }) => event === 'changed' || event === 'known');
  if (sent.length === 0) return 0;
  for (const { event, stream = '', n = -1, run, ten = views.get(stream)?.ten ?? -1 } of sent) {
    const before = views.get(stream);
    if (event === 'changed' && before?.n === n && before.run === run)
      violations.push(`sent though nothing had changed: ${stream} ${n}`);
    if (ten !== tenOf(n)) violations.push(`a change was left out: ${stream} ${n}`);
    arrived.add(n);
    views.set(stream, { n, ten, run });
  }
  const missing = seen.published.filter((each) => !arrived.has(each.n) && !isForgotten(each, seen));
  for (const { stream, n } of missing) violations.push(`change missing: ${stream} ${n}`);
  return missing.length;
}
