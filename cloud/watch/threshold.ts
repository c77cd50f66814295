import type { KnownAttribute } from '../devices/known-device';
import { isPlainObject } from '../protocol/json';
import { isBack, isBeyond } from '../protocol/threshold';
import { statesIn, timeIn } from './device-states';
import type { Mode, ModeParts } from './watch';
import type { WatchRule } from './watch-rule';

/** Kept of a device that is beyond the limit. */
interface Beyond {
  attribute: string;
  /** In milliseconds since the epoch. */
  since: number;
  /** As last reported. */
  value: unknown;
  /** Told; until then it has not been beyond the limit for long enough. */
  active: boolean;
}

/**
 * Tells of each device whose attribute has been beyond its limit for `for`, and when it is back. Whatever changes the
 * attribute counts: a report, a push, a retained message.
 */
export function createThreshold(rule: WatchRule & { mode: 'threshold' }, parts: ModeParts): Mode {
  const { attribute, limit } = rule;
  const { devices, memory, clock, due } = parts;
  const kept = statesIn<Beyond>(parts.state, 'threshold', devices, (state) => {
    const since = timeIn(state.since);
    if (since === undefined || state.attribute !== attribute) return undefined;
    return { attribute, since, value: state.value, active: state.active === true };
  });
  /** Since when each device that is not active is beyond the limit, as of `Clock.running`. */
  const enteredAt = new Map<string, number>();

  for (const [device, before] of kept.all()) {
    if (!before.active) wait(device, clock.running() - Math.max(0, clock.wall() - before.since));
    else if (returned(device, before)) due.set(device, clock.running());
  }

  /** The value that is back, if the memory knows one: this node was disabled when it came, or had another limit. */
  function returned(device: string, { since, active }: Beyond): KnownAttribute | undefined {
    const known = memory.get(device)?.attributes.get(attribute);
    if (!known || known.at < since) return undefined;
    const is = active ? isBack(limit, known.value) : isBeyond(limit, known.value) === false;
    return is ? known : undefined;
  }

  function wait(device: string, since: number) {
    enteredAt.set(device, since);
    due.set(device, since + rule.for);
  }

  function tell(active: boolean, device: string, value: unknown, timestamp: number) {
    const payload = { device, attribute, value, active };
    parts.tell({ output: active ? 1 : 2, device, payload, timestamp });
  }

  function enter(device: string, value: unknown, timestamp: number) {
    const active = rule.for === 0;
    const before = enteredAt.has(device) ? kept.get(device) : undefined;
    kept.set(device, { attribute, since: before?.since ?? timestamp, value, active });
    if (active) tell(true, device, value, timestamp);
    else if (!before) wait(device, clock.running());
  }

  return {
    observe({ device, channel, payload, timestamp }) {
      if (channel !== 'attributes' || !isPlainObject(payload) || !Object.hasOwn(payload, attribute)) return;
      const value = payload[attribute];
      if (kept.get(device)?.active) {
        if (!isBack(limit, value)) return;
        kept.delete(device);
        tell(false, device, value, timestamp);
        return;
      }
      const beyond = isBeyond(limit, value);
      if (beyond) enter(device, value, timestamp);
      else if (beyond === false && enteredAt.delete(device)) kept.delete(device);
    },
    onDue(device, now) {
      const since = enteredAt.get(device);
      if (since !== undefined && since + rule.for > now) return due.set(device, since + rule.for);
      enteredAt.delete(device);
      const before = kept.get(device);
      if (!before) return; // the memory has forgotten the device
      const back = returned(device, before);
      if (back) {
        kept.delete(device);
        if (before.active) tell(false, device, back.value, back.at);
        return;
      }
      if (before.active || since === undefined) return;
      kept.set(device, { ...before, active: true });
      tell(true, device, before.value, Math.round(clock.wall() - (now - since) + rule.for));
    },
    stop(_away, disabled) {
      // Nothing is heard meanwhile: the value may be back, and beyond the limit again.
      if (disabled) for (const device of enteredAt.keys()) kept.delete(device);
    },
  };
}
