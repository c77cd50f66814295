import { createDeviceMemory } from '../../../cloud/devices/device-memory';
import type { Channel } from '../../../cloud/protocol/topics';
import type { Clock } from '../../../cloud/watch/clock';
import { createWatch, type Told, type Watch } from '../../../cloud/watch/watch';
import type { WatchRule } from '../../../cloud/watch/watch-rule';

/** A clock that stands until `pass` moves it. `leap` sets the wall clock. */
export function manualClock() {
  let running = 5_000;
  let offset = 1_700_000_000_000;
  const timers = new Map<object, { at: number; run: () => void }>();
  const clock: Clock = {
    wall: () => offset + running,
    running: () => running,
    after(ms, run) {
      const timer = {};
      timers.set(timer, { at: running + Math.max(1, ms), run });
      return () => timers.delete(timer);
    },
  };
  return {
    ...clock,
    timers: () => timers.size,
    leap(ms: number) {
      offset += ms;
    },
    /** What is due happens in order. */
    pass(ms: number) {
      const end = running + ms;
      for (;;) {
        const [next] = [...timers].sort(([, a], [, b]) => a.at - b.at);
        if (!next || next[1].at > end) break;
        timers.delete(next[0]);
        running = Math.max(running, next[1].at);
        next[1].run();
      }
      running = end;
    },
    /** Node-RED does not run: nothing happens, and the time of the process begins anew. */
    skip(ms: number) {
      offset += ms + running - 5_000;
      running = 5_000;
      timers.clear();
    },
  };
}

export interface Options {
  devices?: string[];
  /** Devices that the memory holds at most. */
  maxDevices?: number;
  /** Default: connected at once. */
  connected?: boolean;
}

/** A watch with a memory and a clock, and what it has told: output, device, payload without the device, timestamp. */
export function watching(rule: WatchRule, { devices = [], maxDevices, connected = true }: Options = {}) {
  const clock = manualClock();
  const start = clock.wall();
  let memory = createDeviceMemory(maxDevices);
  let state = memory.stateOf<unknown>('watch');
  let told: Told[] = [];
  let watch = begin();

  function begin(): Watch {
    const begun = createWatch(rule, { devices, memory, state, clock, tell: (each) => told.push(each) });
    if (connected) begun.connected(true, false);
    return begun;
  }

  function hear(device: string, channel: Channel, payload?: object, alive = true) {
    const timestamp = clock.wall();
    memory.learn({ device, channel }, payload, timestamp, alive);
    watch.observe({ device, channel, payload, timestamp, alive });
  }

  return {
    clock,
    start,
    get state() {
      return state;
    },
    report: (device: string, payload: object = { t: 1 }) => hear(device, 'attributes', payload),
    alarm: (device: string, alerting: unknown) => hear(device, 'alarm', { alerting }, false),
    online: (device: string, online: boolean) => hear(device, 'online', { online }, online),
    hear,
    pass: clock.pass,
    /** The broker is away for so long. */
    away(ms: number) {
      watch.connected(false, false);
      clock.pass(ms);
      watch.connected(true, true);
    },
    disconnect: () => watch.connected(false, false),
    connect: (reconnected = true) => watch.connected(true, reconnected),
    pause: (is: boolean) => watch.paused(is),
    acknowledge: (which: string[] | true) => watch.acknowledge(which),
    /** The node is replaced by itself, or by one with another rule. */
    redeploy(next: WatchRule = rule, isConnected = true) {
      watch.stop();
      rule = next;
      connected = isConnected;
      watch = begin();
    },
    /** The node is disabled for `ms`; `meanwhile` is what the memory learns from others at the end of that. */
    disable(ms: number, meanwhile: () => void = () => undefined) {
      watch.stop(true);
      watch.observe = () => undefined;
      clock.pass(ms);
      meanwhile();
      watch = begin();
    },
    /** Node-RED is not there for `ms`, and its connection stands `connecting` after that. */
    restart(ms: number, connecting = 0) {
      watch.stop();
      clock.skip(ms);
      const before = [...memory.all()];
      const kept = Object.entries(JSON.parse(JSON.stringify(Object.fromEntries(state))));
      memory = createDeviceMemory(maxDevices);
      for (const { device, lastSeen } of before)
        memory.learn({ device, channel: 'data', stream: 's' }, undefined, lastSeen, true);
      state = memory.stateOf('watch');
      for (const [device, value] of kept) state.set(device, value);
      connected = false;
      watch = begin();
      clock.pass(connecting);
      watch.connected(true, false);
    },
    /** What has been told since the last time. */
    told() {
      const since = told;
      told = [];
      return since.map(({ output, device, payload: { device: _, ...payload }, timestamp }) => [
        output,
        device,
        payload,
        timestamp - start,
      ]);
    },
    /** The same, as `<output> <device>`. */
    brief() {
      const since = told;
      told = [];
      return since.map(({ output, device }) => `${output} ${device}`);
    },
  };
}
