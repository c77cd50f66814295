import type { Entry, Killed, Observations, Row } from './ledger';
import { type Mark, QUEUE_EXPIRY } from './platform';
import { connectedBetween, mayForget } from './reports';

/**
 * Milliseconds that a message may need to the disk: one offered that shortly before SIGKILL may be gone. The first ones of a
 * process wait for the directory's lock and for what is restored, and on a busy machine even that takes more than a second.
 */
const TO_DISK = 5000;

/** The devices of a stream whose commands go to a list, as their marks name them. */
export const LISTS: Readonly<Record<string, readonly string[]>> = {
  fleet: ['fleet.1', 'fleet.2', 'fleet.3'],
};

/** The stream that a mark of one device belongs to. */
const streamOf = (mark: string) => mark.split('.')[0] ?? '';

/** Streams whose messages are on disk until they are settled. */
const ON_DISK = ['durable', 'hold'];
/** The one of them whose messages are written in their order. */
const IN_ORDER = 'durable';

const keyOf = ({ stream, run, n }: Pick<Entry, 'stream' | 'run' | 'n'>) => `${stream} ${run} ${n}`;

/**
 * Messages and commands of the nodes: each settled once, received if that was promised, in order, and twice only over a
 * new connection; Complete and Catch nodes saw what `done` said. Returns how many have not settled.
 */
export function judgeSent(
  entries: readonly Entry[],
  seen: Observations,
  row: (at: number) => Row,
  violations: string[],
): number {
  const offered = new Map(entries.filter(({ event }) => event === 'offered').map((e) => [keyOf(e), e]));
  const settled = new Map<string, Entry[]>();
  for (const entry of entries) {
    if (entry.event !== 'done' && entry.event !== 'failed') continue;
    settled.set(keyOf(entry), [...(settled.get(keyOf(entry)) ?? []), entry]);
  }
  const received = judgeArrivals(offered, attemptsTold(entries), seen, row, violations);

  const isOwed = owedByKilled(offered, received, seen);
  const mayBeGivenUp = givenUp(entries, seen);
  let open = 0;
  for (const [key, offer] of offered) {
    row(offer.at).sent += 1;
    const [outcome, ...more] = settled.get(key) ?? [];
    if (more.length > 0) violations.push(`settled ${more.length + 1} times: ${key}`);
    const killed = seen.killed.find(({ run }) => run === offer.run);
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
      row(killed.at).killed += 1;
      owed = isOwed(offer, killed);
    } else {
      open += 1;
      violations.push(`never settled: ${key}`);
    }
    if (!owed || arrivedEverywhere(offer, received)) continue;
    if (outcome?.event === 'done' && mayForget(seen, outcome.at, seen.connections)) {
      row(outcome.at).lostByBroker += 1;
      continue;
    }
    if (outcome?.event !== 'done' && mayBeGivenUp(offer)) {
      row(offer.at).givenUp += 1;
      continue;
    }
    row(outcome?.at ?? offer.at).lost += 1;
    violations.push(`lost: ${key} (${outcome?.event ?? 'killed'} ${outcome?.reason ?? ''})`);
  }
  judgeFlow(entries, settled, violations);
  return open;
}

/**
 * Whether a message on disk may have been given up, of which only the log can tell where the process that was given it has ended or
 * its node has closed. Either it was as old as one in the queue may get, and must not go out then (contract: `queueExpiry`). Or
 * connections broke again and again while it was sent: nobody can tell that from a broker that hangs up on it, and to go on for
 * ever would keep all the others. Each that is told of explains one message, the oldest first.
 */
function givenUp(entries: readonly Entry[], { connections }: Observations): (offer: Entry) => boolean {
  const told = entries
    .filter(({ event }) => event === 'given up')
    .map(({ at, count = 0, reason }) => ({ at, count, reason }));
  return ({ at }) => {
    const isOld = (now: number) => now - at >= QUEUE_EXPIRY * 1000;
    const hasBroken = (now: number) => connections.filter((began) => began > at && began < now).length >= 2;
    const by = told.find(
      (each) => each.count > 0 && (each.reason === 'hungUp' ? hasBroken(each.at) : isOld(each.at)),
    );
    if (by) by.count -= 1;
    return by !== undefined;
  };
}

/**
 * Whether a message that had not settled when its process was killed must be received all the same: it was on disk, or a
 * later one had got there or further, or it had had its time. What was accepted and was still being written may be gone.
 */
function owedByKilled(
  offered: ReadonlyMap<string, Entry>,
  received: ReadonlyMap<string, number>,
  { killed }: Observations,
): (offer: Entry, by: Killed) => boolean {
  const kept = new Set(killed.flatMap(({ onDisk }) => onDisk));
  const isKept = ({ run, n }: Entry) => kept.has(`${run} ${n}`);
  /** By process: the newest message that was on disk at some time. */
  const written = new Map<number, number>();
  for (const [key, offer] of offered) {
    if (offer.stream !== IN_ORDER || !(received.has(key) || isKept(offer))) continue;
    written.set(offer.run, Math.max(written.get(offer.run) ?? 0, offer.n ?? 0));
  }
  return (offer, { at }) => {
    const { stream = '', run, n = 0 } = offer;
    if (!ON_DISK.includes(stream)) return false;
    const overtaken = stream === IN_ORDER && n < (written.get(run) ?? 0);
    return isKept(offer) || overtaken || at - offer.at > TO_DISK;
  };
}

/** What the platform received: offered before, in order, and not more often than was told. Returns the keys. */
function judgeArrivals(
  offered: ReadonlyMap<string, Entry>,
  told: ReadonlyMap<string, number>,
  seen: Observations,
  row: (at: number) => Row,
  violations: string[],
): Map<string, number> {
  const received = new Map<string, number>();
  const newest = new Map<string, Mark>();
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
      continue;
    }
    const before = newest.get(mark.stream);
    const acrossRuns = mark.stream !== 'hold'; // held commands wait for their device, over restarts too
    if (before && ((acrossRuns && before.run > mark.run) || (before.run === mark.run && before.n > mark.n)))
      violations.push(`out of order: ${key} after ${keyOf(before)}`);
    newest.set(mark.stream, mark);
    if (!offered.has(origin)) violations.push(`received, but never offered: ${key}`);
  }
  return received;
}

/** What the other nodes of the flow saw: the right reply, Complete what was done, Catch what failed. */
function judgeFlow(
  entries: readonly Entry[],
  settled: ReadonlyMap<string, readonly Entry[]>,
  violations: string[],
): void {
  for (const { stream, n, event, echo, run } of entries) {
    if (event === 'replied' && n !== echo)
      violations.push(`command ${n} of ${stream} got the reply to ${echo}`);
    const outcomes = settled.get(keyOf({ stream, n, run } as Entry)) ?? [];
    if (event === 'complete' && outcomes[0]?.event !== 'done')
      violations.push(`Complete saw what was not done: ${stream} ${n}`);
    if (event === 'catch' && outcomes[0]?.event !== 'failed')
      violations.push(`Catch saw what did not fail: ${stream} ${n}`);
  }
}

/** Whether every device that the message was for has received it. */
const arrivedEverywhere = (offer: Entry, received: ReadonlyMap<string, number>): boolean =>
  (LISTS[offer.stream ?? ''] ?? [offer.stream]).every((stream) =>
    received.has(keyOf({ ...offer, ...(stream !== undefined && { stream }) })),
  );

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
