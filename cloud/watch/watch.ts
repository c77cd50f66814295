import type { DeviceMemory } from '../devices/known-device';
import type { Heard } from '../subscriptions/listener';
import { createAlarm } from './alarm';
import { type Clock, systemClock } from './clock';
import { createDueTimes, type DueTimes } from './due-times';
import { createSilence } from './silence';
import { createThreshold } from './threshold';
import type { WatchRule } from './watch-rule';

/** What a watch tells. */
export interface Told {
  /** 1: it has begun, or still is. 2: it is over. */
  output: 1 | 2;
  device: string;
  payload: { device: string; [name: string]: unknown };
  /** When it happened, in milliseconds since the epoch: after a restart that may be long ago. */
  timestamp: number;
}

/** Watches devices: tells once when something begins, and once when it is over. */
export interface Watch {
  observe(heard: Heard): void;
  /**
   * Whether messages can come. `reconnected`: the broker was away from this running process, or from this watch, so
   * that what devices have said meanwhile may be lost.
   */
  connected(is: boolean, reconnected: boolean): void;
  /** While flows are deployed messages wait, and so does what comes due. */
  paused(is: boolean): void;
  /** These alarms, or all, are not told again. */
  acknowledge(devices: readonly string[] | true): void;
  /**
   * The state stays, for the next watch of the node. `disabled`: there may be none for long, while others go on hearing
   * the devices.
   */
  stop(disabled?: boolean): void;
}

export interface WatchParts {
  /** Usernames; empty: every device. */
  devices: readonly string[];
  /** By device; see {@link DeviceMemory.stateOf}. */
  state: Map<string, unknown>;
  memory: Pick<DeviceMemory, 'get' | 'all' | 'size'>;
  tell(told: Told): void;
  clock?: Clock;
}

/** What the modes work with. */
export interface ModeParts extends Required<WatchParts> {
  due: Pick<DueTimes, 'set' | 'retain'>;
}

/** One mode of a watch. */
export interface Mode {
  observe(heard: Heard): void;
  /** The time that was asked for has come. `now`: as of `Clock.running`. */
  onDue(device: string, now: number): void;
  /** The connection stands; `reconnected` as for {@link Watch.connected}. */
  connected?(reconnected: boolean): void;
  acknowledge?(devices: readonly string[] | true): void;
  /** `away`: there is no connection. `disabled` as for {@link Watch.stop}. */
  stop?(away: boolean, disabled: boolean): void;
}

/**
 * Milliseconds from the connection, or from the end of a deploy, until what has come due before is told: the messages
 * that the broker has kept come first.
 */
const GRACE = 2_000;

/** It is not connected at first, and not paused. */
export function createWatch(rule: WatchRule, given: WatchParts): Watch {
  const clock = given.clock ?? systemClock;
  const due = createDueTimes(clock, (device, now) => mode.onDue(device, now));
  const mode = createMode(rule, { ...given, clock, due });
  let isConnected = false;
  let isPaused = false;
  let ready = false;

  function update() {
    const before = ready;
    ready = isConnected && !isPaused;
    if (ready && !before) due.release(graceOf(rule));
    if (before && !ready) due.hold();
  }

  return {
    observe: mode.observe,
    connected(is, reconnected) {
      if (is === isConnected) return;
      isConnected = is;
      if (is) mode.connected?.(reconnected);
      update();
    },
    paused(is) {
      isPaused = is;
      update();
    },
    acknowledge(devices) {
      mode.acknowledge?.(devices);
    },
    stop(disabled = false) {
      due.stop();
      mode.stop?.(!isConnected, disabled);
    },
  };
}

function createMode(rule: WatchRule, parts: ModeParts): Mode {
  switch (rule.mode) {
    case 'silence':
      return createSilence(rule, parts);
    case 'threshold':
      return createThreshold(rule, parts);
    case 'alarm':
      return createAlarm(rule, parts);
  }
}

function graceOf(rule: WatchRule): number {
  const period = rule.mode === 'silence' ? rule.after : rule.mode === 'threshold' ? rule.for : rule.every;
  return Math.min(period, GRACE);
}
