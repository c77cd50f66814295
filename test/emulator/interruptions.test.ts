import should from 'should';
import type { Behaviour, Device, Kind } from '../../emulator/devices/device';
import { flapper, quiet, sleeper } from '../../emulator/devices/interruptions';

/** Seconds of an interval, by default. */
const INTERVAL = 2;

/** What a device of `kind` did, interval by interval: a clock of the test's own. */
function observe({ behave }: Kind, intervals: number) {
  let online = true;
  let sent = 0;
  const device: Device = {
    send: () => online && sent++,
    goOnline: () => {
      online = true;
    },
    goOffline: () => {
      online = false;
    },
    online: () => online,
    later: (_ms, action) => action(),
  };
  const behaviour: Behaviour = behave(device);
  return Array.from({ length: intervals }, (_, count) => {
    sent = 0;
    behaviour.tick?.(count);
    const answering = online && behaviour.answers?.(count) !== false;
    return { at: (count + 1) * INTERVAL, sent, online, answering };
  });
}

/** Lengths, in intervals, of the stretches in which `what` stays the same. */
function stretches<T>(values: readonly T[], what: (value: T) => boolean): [boolean, number][] {
  const found: [boolean, number][] = [];
  for (const value of values.map(what)) {
    const last = found.at(-1);
    if (last?.[0] === value) last[1] += 1;
    else found.push([value, 1]);
  }
  return found;
}

describe('devices that interrupt themselves', () => {
  it('one reports every few seconds, then nothing for a minute, then again, and never goes offline', () => {
    const intervals = observe(quiet, 90);
    intervals.every(({ online }) => online).should.be.true();
    const heard = intervals.filter(({ sent }) => sent > 0).map(({ at }) => at);
    const gaps = heard.slice(1).map((at, i) => at - (heard[i] ?? 0));
    gaps.should.deepEqual([...Array(7).fill(4), 62, ...Array(7).fill(4)]);
  });

  it('while it is silent it answers no command either', () => {
    stretches(observe(quiet, 90), ({ answering }) => answering).should.deepEqual([
      [true, 15],
      [false, 30],
      [true, 15],
      [false, 30],
    ]);
  });

  it('one is offline and online every four seconds, and reports when it comes', () => {
    const intervals = observe(flapper, 12);
    stretches(intervals, ({ online }) => online).should.deepEqual([
      [true, 1],
      [false, 2],
      [true, 2],
      [false, 2],
      [true, 2],
      [false, 2],
      [true, 1],
    ]);
    intervals
      .filter(({ sent }) => sent > 0)
      .map(({ at }) => at)
      .should.deepEqual([8, 16, 24]);
  });

  it('one is awake and heard for ten seconds of each minute', () => {
    const intervals = observe(sleeper, 90);
    const awake = stretches(intervals, ({ online }) => online);
    awake.should.deepEqual([
      [true, 4], // from the start
      [false, 25],
      [true, 5],
      [false, 25],
      [true, 5],
      [false, 25],
      [true, 1],
    ]);
    for (const { online, sent } of intervals) should(sent > 0).equal(online);
  });
});
