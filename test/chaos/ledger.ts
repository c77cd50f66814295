import { existsSync, readFileSync } from 'node:fs';
import { judgeChanges } from './changes';
import type { Mark } from './platform';
import { connectedBetween, judgeReports, losesLast, stops } from './reports';

/** One line of the ledger that Node-RED's process writes. */
export interface Entry {
  /** Start of the process, ms since the epoch. */
  run: number;
  at: number;
  event:
    | 'run'
    | 'offered'
    | 'done'
    | 'failed'
    | 'complete'
    | 'catch'
    | 'replied'
    | 'in'
    | 'changed'
    | 'known'
    | 'stopping'
    | 'stopped';
  stream?: string;
  n?: number;
  code?: string;
  reason?: string;
  /** The number in a command's reply. */
  echo?: number | undefined;
  /** The second attribute of a report, if the message has it. */
  ten?: number | undefined;
  /** How often a command was sent, as the node tells it. */
  attempts?: number | undefined;
}

/** What the runner saw from outside. */
export interface Observations {
  /** When each fault began. A time belongs to the fault that began last before it. */
  faults: { name: string; at: number }[];
  /** When a connection through the proxy began. */
  connections: number[];
  /** Processes that got no chance to settle anything. */
  killed: { run: number; at: number }[];
  /** When the broker was killed with SIGKILL. */
  brokerKilled: number[];
  /** How long Node-RED took to end after SIGTERM, or to stop its flows, in ms. */
  closes: { at: number; ms: number }[];
  published: readonly Mark[];
  received: readonly Mark[];
}

export interface Row {
  fault: string;
  times: number;
  sent: number;
  acknowledged: number;
  failed: Record<string, number>;
  /** Unsettled in a process that was killed. */
  killed: number;
  /** Acknowledged, or kept on disk, but never received. */
  lost: number;
  /** Acknowledged by a broker that was killed before it had saved them: messages and reports. */
  lostByBroker: number;
  doubled: number;
  /** Reports of devices: acknowledged by the broker, not seen by the flow, seen more than once. */
  reported: number;
  missing: number;
  repeated: number;
  worstClose: number;
}

export interface Verdict {
  rows: Row[];
  /** Each is a broken promise, in words. */
  violations: string[];
  /** Acknowledged to the devices and not yet seen by the flow, or offered and not yet settled by a living process. */
  open: number;
}

export function readLedger(file: string): Entry[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line.endsWith('}')).map((line) => JSON.parse(line) as Entry);
}

/** Milliseconds that a message may need to the disk: one offered that shortly before SIGKILL may be gone. */
const TO_DISK = 1000;

/** The devices of a stream whose commands go to a list, as their marks name them. */
export const LISTS: Readonly<Record<string, readonly string[]>> = {
  fleet: ['fleet.1', 'fleet.2', 'fleet.3'],
};

/** The stream that a mark of one device belongs to. */
const streamOf = (mark: string) => mark.split('.')[0] ?? '';

/** Streams whose messages are on disk until they are settled. */
const ON_DISK = ['durable', 'hold'];

const keyOf = ({ stream, run, n }: Pick<Entry, 'stream' | 'run' | 'n'>) => `${stream} ${run} ${n}`;

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

  const received = new Map<string, number>();
  const newest = new Map<string, Mark>();
  const offered = new Map(entries.filter(({ event }) => event === 'offered').map((e) => [keyOf(e), e]));
  const told = attemptsTold(entries);
  for (const mark of seen.received) {
    const key = keyOf(mark);
    const origin = keyOf({ ...mark, stream: streamOf(mark.stream) });
    const times = (received.get(key) ?? 0) + 1;
    received.set(key, times);
    if (times > 1) {
      row(mark.at).doubled += 1;
      const since = offered.get(origin)?.at ?? 0;
      if (times > (told.get(origin) ?? 1) && !connectedBetween(seen, since, mark.at))
        violations.push(`doubled without a new connection: ${key}`);
    } else {
      const before = newest.get(mark.stream);
      const acrossRuns = mark.stream !== 'hold'; // held commands wait for their device, over restarts too
      if (before && ((acrossRuns && before.run > mark.run) || (before.run === mark.run && before.n > mark.n)))
        violations.push(`out of order: ${key} after ${keyOf(before)}`);
      newest.set(mark.stream, mark);
      if (!offered.has(origin)) violations.push(`received, but never offered: ${key}`);
    }
  }

  const settled = new Map<string, Entry[]>();
  for (const entry of entries) {
    if (entry.event !== 'done' && entry.event !== 'failed') continue;
    settled.set(keyOf(entry), [...(settled.get(keyOf(entry)) ?? []), entry]);
  }
  const killedAt = new Map(seen.killed.map(({ run, at }) => [run, at]));
  let open = 0;
  for (const [key, offer] of offered) {
    row(offer.at).sent += 1;
    const [outcome, ...more] = settled.get(key) ?? [];
    if (more.length > 0) violations.push(`settled ${more.length + 1} times: ${key}`);
    const killed = killedAt.get(offer.run);
    let owed = false;
    if (outcome?.event === 'done') {
      row(outcome.at).acknowledged += 1;
      owed = true;
    } else if (outcome) {
      const { failed } = row(outcome.at);
      const code = outcome.code ?? 'none';
      failed[code] = (failed[code] ?? 0) + 1;
      owed = outcome.reason === 'closedKept' || outcome.reason === 'closedHeld';
    } else if (killed !== undefined) {
      row(killed).killed += 1;
      owed = ON_DISK.includes(offer.stream ?? '') && killed - offer.at > TO_DISK;
    } else {
      open += 1;
      violations.push(`never settled: ${key}`);
    }
    const has = (LISTS[offer.stream ?? ''] ?? [offer.stream]).every((stream) =>
      received.has(keyOf({ ...offer, ...(stream !== undefined && { stream }) })),
    );
    if (owed && !has && outcome?.event === 'done' && losesLast(seen, outcome.at)) {
      row(outcome.at).lostByBroker += 1;
    } else if (owed && !has) {
      row(outcome?.at ?? offer.at).lost += 1;
      violations.push(`lost: ${key} (${outcome?.event ?? 'killed'} ${outcome?.reason ?? ''})`);
    }
  }

  for (const { stream, n, event, echo, run } of entries) {
    if (event === 'replied' && n !== echo)
      violations.push(`command ${n} of ${stream} got the reply to ${echo}`);
    const outcomes = settled.get(keyOf({ stream, n, run } as Entry)) ?? [];
    if (event === 'complete' && outcomes[0]?.event !== 'done')
      violations.push(`Complete saw what was not done: ${stream} ${n}`);
    if (event === 'catch' && outcomes[0]?.event !== 'failed')
      violations.push(`Catch saw what did not fail: ${stream} ${n}`);
  }

  open += judgeReports(entries, seen, row, violations);
  open += judgeChanges(entries, seen, violations);
  for (const { at, ms } of [...seen.closes, ...stops(entries)]) {
    row(at).worstClose = Math.max(row(at).worstClose, ms);
    if (ms > 4000) violations.push(`closing took ${ms} ms`);
  }
  return { rows: [...rows.values()].sort((a, b) => a.fault.localeCompare(b.fault)), violations, open };
}

/** How often each command was sent, by what is told of it; one that was never settled may have been sent often. */
function attemptsTold(entries: readonly Entry[]): Map<string, number> {
  const replied = new Map(
    entries.filter(({ event }) => event === 'replied').map((e) => [keyOf(e), e.attempts]),
  );
  const told = new Map<string, number>();
  for (const entry of entries) {
    const key = keyOf(entry);
    if (entry.event === 'offered') told.set(key, Number.POSITIVE_INFINITY);
    if (entry.event === 'done') told.set(key, replied.get(key) ?? 1);
    if (entry.event === 'failed') told.set(key, entry.attempts ?? 1);
  }
  return told;
}

const emptyRow = () => ({
  sent: 0,
  acknowledged: 0,
  failed: {},
  killed: 0,
  lost: 0,
  lostByBroker: 0,
  doubled: 0,
  reported: 0,
  missing: 0,
  repeated: 0,
  worstClose: 0,
});
