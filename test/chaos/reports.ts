import type { Entry, Observations, Row } from './ledger';
import type { Report } from './platform';

/**
 * Reports of devices, QoS 1 in a persistent session: none missing, in order, and a second arrival only after a new
 * connection. Returns how many are missing.
 */
export function judgeReports(
  entries: readonly Entry[],
  seen: Observations,
  row: (at: number) => Row,
  violations: string[],
): number {
  const published = new Map(seen.published.map((mark) => [mark.n, mark]));
  const arrived = new Set<number>();
  const newest = new Map<string, number>();
  for (const { event, stream = '', n = 0, at } of entries) {
    if (event !== 'in') continue;
    if (!arrived.has(n)) {
      if (n < (newest.get(stream) ?? 0)) violations.push(`report out of order: ${stream} ${n}`);
      newest.set(stream, n);
      arrived.add(n);
      continue;
    }
    row(at).repeated += 1;
    if (!connectedBetween(seen, published.get(n)?.at ?? 0, at))
      violations.push(`report repeated without a new connection: ${stream} ${n}`);
  }
  let missing = 0;
  for (const report of seen.published) {
    const { stream, n, at } = report;
    row(at).reported += 1;
    if (arrived.has(n)) continue;
    if (isForgotten(report, seen)) {
      row(at).lostByBroker += 1;
      continue;
    }
    missing += 1;
    row(at).missing += 1;
    violations.push(`report missing: ${stream} ${n}`);
  }
  return missing;
}

/**
 * Whether a broker that was killed may have forgotten what it acknowledged: the acknowledgement came after it had last saved what
 * it keeps, and before anybody can have connected to the next process. Nobody else keeps such a message, so no client can save
 * it; and no time can be given instead, since on a busy machine a broker saves seconds later. `at`: when the acknowledgement
 * came. `connections`: of whoever it came to.
 */
export const mayForget = (
  { brokerKilled }: Observations,
  at: number,
  connections: readonly number[],
): boolean =>
  brokerKilled.some(
    ({ at: killed, saved }) => at > saved && !connections.some((began) => began > killed && began <= at),
  );

export const isForgotten = ({ acknowledged }: Report, seen: Observations): boolean =>
  mayForget(seen, acknowledged, seen.deviceConnections);

/** What explains that a message of QoS 1 came twice. */
export const connectedBetween = ({ connections }: Observations, from: number, to: number): boolean =>
  connections.some((at) => at >= from && at <= to);

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
