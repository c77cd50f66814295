import type { Entry, Observations, Row } from './ledger';

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
  const dropped = new Set(droppedFrom('in', entries, seen).map(({ n }) => n));
  let missing = 0;
  for (const { stream, n, at } of seen.published) {
    row(at).reported += 1;
    if (arrived.has(n)) continue;
    if (dropped.has(n)) {
      row(at).dropped += 1;
      continue;
    }
    if (losesLast(seen, at)) {
      row(at).lostByBroker += 1;
      continue;
    }
    missing += 1;
    row(at).missing += 1;
    violations.push(`report missing: ${stream} ${n}`);
  }
  return missing;
}

/** Deploys that leave the connection open, so that the broker does not send again what they drop. */
const PARTIAL = ['deploy nodes', 'deploy flows'];

/**
 * What the node `from` had sent when such a deploy closed the node that it was for: Node-RED drops it. In any other fault what
 * is dropped must come again.
 */
export const droppedFrom = (from: string, entries: readonly Entry[], { faults }: Observations): Entry[] =>
  entries.filter((entry) => {
    if (entry.event !== 'dropped' || entry.from !== from) return false;
    return PARTIAL.includes(faults.findLast(({ at }) => at <= entry.at)?.name ?? '');
  });

/** Milliseconds: mosquitto saves after every second change, so a killed one forgets what it has just acknowledged. */
const TO_DATABASE = 200;

/** Whether the broker was killed so shortly after `at` that what it acknowledged then may be gone. */
export const losesLast = ({ brokerKilled }: Observations, at: number): boolean =>
  brokerKilled.some((killed) => killed >= at && killed - at < TO_DATABASE);

/** Milliseconds between two looks at the proxy. */
export const LOOK = 50;

/** What explains that a message of QoS 1 came twice. */
export const connectedBetween = ({ connections }: Observations, from: number, to: number): boolean =>
  connections.some((at) => at >= from - LOOK && at <= to + LOOK);

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
