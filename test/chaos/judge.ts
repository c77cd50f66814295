import { judgeChanges } from './changes';
import type { Entry, Observations, Row, Verdict } from './ledger';
import { judgeReports, stops } from './reports';
import { judgeSent } from './sent';

/** Compares what was promised with what happened. */
export function judge(entries: readonly Entry[], seen: Observations): Verdict {
  const violations: string[] = [];
  const rows = new Map<string, Row>();
  const row = (at: number): Row => {
    const fault = seen.faults.findLast((begun) => begun.at <= at)?.name ?? 'before';
    let found = rows.get(fault);
    if (!found) {
      const times = seen.faults.filter(({ name }) => name === fault).length;
      found = { fault, times, ...emptyRow() };
      rows.set(fault, found);
    }
    return found;
  };

  const open =
    judgeSent(entries, seen, row, violations) +
    judgeReports(entries, seen, row, violations) +
    judgeChanges(entries, seen, violations);
  for (const { at, ms } of [...seen.closes, ...stops(entries)]) {
    row(at).worstClose = Math.max(row(at).worstClose, ms);
    if (ms > 4000) violations.push(`closing took ${ms} ms`);
  }
  return { rows: [...rows.values()].sort((a, b) => a.fault.localeCompare(b.fault)), violations, open };
}

const emptyRow = () => ({
  sent: 0,
  acknowledged: 0,
  failed: {},
  killed: 0,
  lost: 0,
  givenUp: 0,
  lostByBroker: 0,
  doubled: 0,
  reported: 0,
  missing: 0,
  repeated: 0,
  worstClose: 0,
});
