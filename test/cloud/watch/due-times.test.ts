import 'should';
import fc from 'fast-check';
import type { Clock } from '../../../cloud/watch/clock';
import { createDueTimes } from '../../../cloud/watch/due-times';
import { manualClock } from './watching';

describe('due times', () => {
  it('come in order, each at its time, the earliest of a device only', () => {
    const entry = fc.record({ device: fc.integer({ min: 0, max: 20 }).map(String), at: fc.nat(10_000) });
    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        const clock = manualClock();
        const start = clock.running();
        const came: [string, number][] = [];
        const due = createDueTimes(clock, (device) => came.push([device, clock.running() - start]));
        const expected = new Map<string, number>();
        due.release(0);
        for (const { device, at } of entries) {
          due.set(device, start + at);
          expected.set(device, Math.max(1, Math.min(at, expected.get(device) ?? at)));
        }
        clock.pass(20_000);
        came.map(([, at]) => at).should.eql([...expected.values()].sort((a, b) => a - b));
        new Map(came).should.eql(expected);
        clock.timers().should.equal(0);
      }),
    );
  });

  it('wait while held, and then as long as they are told to', () => {
    const clock = manualClock();
    const came: string[] = [];
    const due = createDueTimes(clock, (device) => came.push(device));
    due.set('b', clock.running() + 10);
    due.set('a', clock.running() + 5);
    clock.pass(1_000);
    due.release(500);
    clock.pass(499);
    came.should.eql([]);
    clock.pass(1);
    came.should.eql(['a', 'b']);
    due.set('c', clock.running() + 10);
    due.hold();
    clock.pass(1_000);
    due.release(0);
    due.stop();
    clock.pass(1_000);
    came.should.eql(['a', 'b']);
  });

  it('forget devices, and only those', () => {
    const clock = manualClock();
    const came: string[] = [];
    const due = createDueTimes(clock, (device) => came.push(device));
    due.release(0);
    for (let i = 0; i < 100; i += 1) due.set(String(i), clock.running() + ((i * 37) % 100) + 1);
    due.retain((device) => Number(device) % 10 === 0);
    clock.pass(1_000);
    came.should.eql(['0', '30', '60', '90', '20', '50', '80', '10', '40', '70']);
  });

  it('leave room for other things when thousands come at once', () => {
    const clock = manualClock();
    let turns = 0;
    let count = 0;
    const counting: Clock = {
      ...clock,
      after(ms, run) {
        turns += 1;
        return clock.after(ms, run);
      },
    };
    const due = createDueTimes(counting, () => {
      count += 1;
    });
    due.release(0);
    for (let i = 0; i < 5_000; i += 1) due.set(String(i), clock.running() + 10);
    clock.pass(1_000);
    count.should.equal(5_000);
    turns.should.be.aboveOrEqual(25);
  });
});
