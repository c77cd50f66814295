import { isPlainObject } from '../protocol/json';
import { statesIn, timeIn } from './device-states';
import type { Mode, ModeParts } from './watch';
import type { WatchRule } from './watch-rule';

/** Kept of a device with an alarm. Times in milliseconds since the epoch. */
interface Raised {
  since: number;
  /** When it was last told. */
  toldAt: number;
  acknowledged: boolean;
}

/** Tells of each alarm when it is raised, after every `every` until it is acknowledged, and when it is over. */
export function createAlarm({ every }: WatchRule & { mode: 'alarm' }, parts: ModeParts): Mode {
  const { devices, memory, clock, due } = parts;
  const kept = statesIn<Raised>(parts.state, 'alarm', devices, ({ since, toldAt, acknowledged }) => {
    const time = timeIn(since);
    if (time === undefined) return undefined;
    return { since: time, toldAt: timeIn(toldAt) ?? time, acknowledged: acknowledged === true };
  });
  /** When each is to be told again, as of `Clock.running`. */
  const againAt = new Map<string, number>();

  for (const [device, { since, toldAt, acknowledged }] of kept.all()) {
    if (endedAt(device, since) !== undefined) due.set(device, clock.running());
    else if (!acknowledged) repeat(device, clock.running() - Math.max(0, clock.wall() - toldAt));
  }

  /** When an alarm raised at `since` was over, if the memory knows: this node was disabled then, and another one heard it. */
  function endedAt(device: string, since: number): number | undefined {
    const { alarm = null, alarmAt = null } = memory.get(device) ?? {};
    return alarm === false && alarmAt !== null && alarmAt >= since ? alarmAt : undefined;
  }

  function repeat(device: string, told: number) {
    if (every === 0) return;
    againAt.set(device, told + every);
    due.set(device, told + every);
  }

  function tell(alerting: boolean, device: string, since: number, timestamp: number) {
    parts.tell({ output: alerting ? 1 : 2, device, payload: { device, alerting, since }, timestamp });
  }

  function end(device: string, since: number, timestamp: number) {
    againAt.delete(device);
    kept.delete(device);
    tell(false, device, since, timestamp);
  }

  function raise(device: string, timestamp: number) {
    kept.set(device, { since: timestamp, toldAt: timestamp, acknowledged: false });
    repeat(device, clock.running());
    tell(true, device, timestamp, timestamp);
  }

  return {
    observe({ device, channel, payload, timestamp }) {
      if (channel !== 'alarm' || !isPlainObject(payload)) return;
      const before = kept.get(device);
      if (payload.alerting === true) {
        if (!before) raise(device, timestamp);
      } else if (before) end(device, before.since, timestamp);
    },
    onDue(device, now) {
      const before = kept.get(device);
      const over = before && endedAt(device, before.since);
      if (before && over !== undefined) return end(device, before.since, over);
      const at = againAt.get(device);
      if (at === undefined) return;
      if (at > now) return due.set(device, at);
      againAt.delete(device);
      if (!before || before.acknowledged) return;
      const wall = clock.wall();
      kept.set(device, { ...before, toldAt: wall });
      repeat(device, now);
      tell(true, device, before.since, wall);
    },
    acknowledge(which) {
      const active = which === true ? kept.all().map(([device]) => device) : which;
      for (const device of active) {
        const before = kept.get(device);
        if (!before) continue;
        againAt.delete(device);
        kept.set(device, { ...before, acknowledged: true });
      }
    },
  };
}
