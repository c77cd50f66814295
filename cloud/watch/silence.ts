import { statesIn, timeIn } from './device-states';
import type { Mode, ModeParts } from './watch';
import type { WatchRule } from './watch-rule';

/** Kept of a device that counts. Times in milliseconds since the epoch. */
interface Counting {
  /** From when on, apart from what has been heard of it since. */
  from: number;
  /** Told as silent; since when, by what was known then. */
  silentSince?: number;
}

/** Devices beyond those of the memory that are counted, before those that it has forgotten are dropped. */
const SPARE = 1_000;

/**
 * Tells of each device that has not been heard for `after`, and when it is heard again. A device counts from when it
 * is first heard or this node is deployed with its name. The time during which the broker is away does not count: when
 * it is back after that, each device gets `after` anew.
 */
export function createSilence({ after }: WatchRule & { mode: 'silence' }, parts: ModeParts): Mode {
  const { devices, memory, clock, due, tell } = parts;
  const kept = statesIn<Counting>(parts.state, 'silence', devices, ({ from, silentSince }) => {
    const time = timeIn(from);
    const since = timeIn(silentSince);
    return time === undefined
      ? undefined
      : { from: time, ...(since !== undefined && { silentSince: since }) };
  });
  /** When each device that is not silent was last heard, or counts from (`at`, as of `Clock.running`). */
  const heardAt = new Map<string, { at: number }>();

  if (devices.length === 0) for (const { device, lastSeen } of memory.all()) goOn(device, lastSeen);
  for (const device of devices) goOn(device, memory.get(device)?.lastSeen);
  const startedAt = clock.running();

  /** Goes on where the last watch of this node has stopped; a device that it did not have begins now. */
  function goOn(device: string, lastSeen = 0) {
    const before = kept.get(device);
    if (!before) return begin(device);
    if (before.silentSince !== undefined) return;
    const quiet = clock.wall() - Math.max(before.from, lastSeen);
    count(device, clock.running() - Math.max(0, quiet));
  }

  /** Counts from now. */
  function begin(device: string) {
    kept.set(device, { from: clock.wall() });
    count(device, clock.running());
  }

  function count(device: string, from: number) {
    heardAt.set(device, { at: from });
    due.set(device, from + after);
  }

  function heard(device: string, timestamp: number) {
    const since = kept.get(device)?.silentSince;
    if (heardAt.size > 2 * memory.size + SPARE) forget();
    begin(device);
    if (since === undefined) return;
    const silentFor = Math.max(0, timestamp - since);
    tell({
      output: 2,
      device,
      timestamp,
      payload: { device, silent: false, lastSeen: timestamp, silentFor },
    });
  }

  /** Drops the devices that the memory has forgotten. */
  function forget() {
    for (const device of heardAt.keys()) if (!counts(device)) heardAt.delete(device);
    due.retain((device) => heardAt.has(device));
  }

  const counts = (device: string) => devices.length > 0 || memory.get(device) !== undefined;

  /** The time up to now has not counted. */
  function shift(by: (from: number) => number) {
    const now = clock.running();
    for (const [device, counted] of heardAt) {
      counted.at = by(counted.at);
      kept.set(device, { from: clock.wall() - (now - counted.at) });
    }
  }

  return {
    observe({ device, timestamp, alive }) {
      if (!alive) return;
      const counted = heardAt.get(device);
      if (counted) counted.at = clock.running();
      else heard(device, timestamp);
    },
    onDue(device, now) {
      const from = heardAt.get(device)?.at;
      if (from === undefined) return;
      if (from + after > now) return due.set(device, from + after);
      heardAt.delete(device);
      if (!counts(device)) return kept.delete(device);
      const wall = clock.wall();
      const counted = wall - (now - from);
      const lastSeen = memory.get(device)?.lastSeen ?? null;
      const silentSince = lastSeen ?? kept.get(device)?.from ?? counted;
      kept.set(device, { from: counted, silentSince });
      const payload = { device, silent: true, lastSeen, silentFor: Math.max(0, wall - silentSince) };
      tell({ output: 1, device, timestamp: Math.round(counted + after), payload });
    },
    connected(reconnected) {
      const now = clock.running();
      // At a start only the time until the connection does not count: what was due before that still is. Messages may
      // have come already, before the broker has answered for every filter.
      if (reconnected) shift(() => now);
      else if (now - startedAt >= 1)
        shift((from) => (from + after <= startedAt ? from : Math.min(now, from + (now - startedAt))));
    },
    stop(away, disabled) {
      const now = clock.running();
      // Nothing is heard meanwhile: they count from the moment when it is deployed again.
      if (disabled) for (const device of heardAt.keys()) kept.delete(device);
      else if (away) shift((from) => (from + after <= startedAt ? from : now));
    },
  };
}
