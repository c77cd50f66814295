import fc from 'fast-check';
import should from 'should';
import { readLimit } from '../../../cloud/protocol/threshold';
import type { WatchRule } from '../../../cloud/watch/watch-rule';
import { watching } from './watching';

const DEVICES = ['DU_1', 'DU_2', 'DU_3'];
const limit = readLimit('gt', 30, 28);
if (typeof limit === 'string') throw new Error(limit);

const RULES: WatchRule[] = [
  { mode: 'silence', after: 10_000 },
  { mode: 'threshold', attribute: 't', limit, for: 0 },
  { mode: 'threshold', attribute: 't', limit, for: 10_000 },
  { mode: 'alarm', every: 0 },
  { mode: 'alarm', every: 10_000 },
];

type Watching = ReturnType<typeof watching>;
type Step = (on: Watching) => void;
const named = (name: string, step: Step): Step =>
  Object.assign(step, { [fc.toStringMethod]: () => name, toString: () => name });

const device = fc.constantFrom(...DEVICES);
const ms = fc.oneof(fc.constantFrom(1, 1_000, 1_999, 2_000, 9_999, 10_000, 10_001), fc.nat(40_000));
/** All that may happen to a watch. The broker is away between `disconnect` and `connect`. */
const step: fc.Arbitrary<Step> = fc.oneof(
  fc
    .tuple(device, fc.constantFrom<unknown>(20, 28, 29, 30, 31, '99', null))
    .map(([name, t]) => named(`${name} t=${t}`, (on) => on.report(name, { t }))),
  fc
    .tuple(device, fc.boolean())
    .map(([name, is]) => named(`${name} alarm ${is}`, (on) => on.alarm(name, is))),
  fc
    .tuple(device, fc.boolean())
    .map(([name, is]) => named(`${name} online ${is}`, (on) => on.online(name, is))),
  ms.map((time) => named(`pass ${time}`, (on) => on.pass(time))),
  ms.map((time) => named(`away ${time}`, (on) => on.away(time))),
  ms.map((time) => named(`restart ${time}`, (on) => on.restart(time))),
  fc.constant(named('disconnect', (on) => on.disconnect())),
  fc.constant(named('connect', (on) => on.connect())),
  fc.constant(named('redeploy', (on) => on.redeploy())),
  fc.tuple(device, ms, fc.boolean()).map(([name, time, is]) =>
    named(`disable ${time}, ${name} ${is}`, (on) =>
      on.disable(time, () => {
        on.alarm(name, is);
        on.report(name, { t: is ? 31 : 20 });
      }),
    ),
  ),
  fc.boolean().map((is) => named(`paused ${is}`, (on) => on.pause(is))),
  device.map((name) => named(`acknowledge ${name}`, (on) => on.acknowledge([name]))),
  ms.map((time) => named(`clock +${time}`, (on) => on.clock.leap(time))),
);

for (const rule of RULES) {
  const repeats = rule.mode === 'alarm' && rule.every > 0;
  describe(`a watch for ${rule.mode}${'for' in rule ? ` for ${rule.for}` : repeats ? ', again and again' : ''}`, () => {
    it('says of each device by turns that it has begun and that it is over, whatever happens', () => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 60 }), fc.boolean(), (steps, all) => {
          const on = watching(rule, all ? {} : { devices: DEVICES });
          for (const happens of steps) happens(on);
          on.pause(false);
          on.disconnect();
          on.connect();
          on.pass(100_000);
          const told = on.brief();
          for (const name of DEVICES) {
            const outputs = told.filter((each) => each.endsWith(name)).map((each) => each[0]);
            const order = outputs.join('');
            should(order).match(repeats ? /^(1+2)*1*$/ : /^(12)*1?$/);
          }
        }),
        { numRuns: 400 },
      );
    });
  });
}

describe('a watch for silence', () => {
  it('never tells of a device that is heard often enough while the broker is there', () => {
    const interval = fc.integer({ min: 1, max: 9_999 });
    const moment = fc.tuple(interval, fc.constantFrom('none', 'away', 'redeploy', 'offline'), ms);
    fc.assert(
      fc.property(fc.array(moment), (moments) => {
        const on = watching({ mode: 'silence', after: 10_000 }, { devices: ['DU_1'] });
        for (const [wait, what, time] of moments) {
          on.pass(wait);
          if (what === 'away') on.away(time);
          if (what === 'redeploy') on.redeploy();
          if (what === 'offline') on.online('DU_1', false);
          on.report('DU_1');
        }
        on.brief().should.eql([]);
      }),
    );
  });
});
