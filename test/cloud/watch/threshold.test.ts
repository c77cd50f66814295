import 'should';
import { readLimit } from '../../../cloud/protocol/threshold';
import type { WatchRule } from '../../../cloud/watch/watch-rule';
import { watching } from './watching';

type Rule = WatchRule & { mode: 'threshold' };

function ruleOf(op: 'gt' | 'eq' | 'neq', value: unknown, clear: unknown = '', seconds = 0): Rule {
  const limit = readLimit(op, value, clear);
  if (typeof limit === 'string') throw new Error(limit);
  return { mode: 'threshold', attribute: 't', limit, for: seconds * 1000 };
}

describe('a watch for a threshold', () => {
  it('tells when the attribute goes beyond the limit, and when it is back', () => {
    const { report, pass, told } = watching(ruleOf('gt', 30));
    for (const t of [29, 30, 31, 35, 31, 30, 29, 40]) {
      report('DU_1', { t });
      pass(1_000);
    }
    told().should.eql([
      [1, 'DU_1', { attribute: 't', value: 31, active: true }, 2_000],
      [2, 'DU_1', { attribute: 't', value: 30, active: false }, 5_000],
      [1, 'DU_1', { attribute: 't', value: 40, active: true }, 7_000],
    ]);
  });

  it('keeps devices apart', () => {
    const { report, brief } = watching(ruleOf('gt', 30));
    report('DU_1', { t: 31 });
    report('DU_2', { t: 29 });
    report('DU_2', { t: 32 });
    report('DU_1', { t: 3 });
    brief().should.eql(['1 DU_1', '1 DU_2', '2 DU_1']);
  });

  it('is not moved by a report without the attribute, nor by what cannot be compared', () => {
    const { report, hear, brief } = watching(ruleOf('gt', 30));
    report('DU_1', { t: 31 });
    for (const payload of [{}, { x: 1 }, { t: null }, { t: '5' }, { t: true }, { t: [1] }, { t: { v: 1 } }])
      report('DU_1', payload);
    hear('DU_1', 'attributes', undefined); // malformed
    hear('DU_1', 'alarm', { t: 1 });
    brief().should.eql(['1 DU_1']);
    for (const t of ['99', true, null, [99]]) report('DU_2', { t });
    brief().should.eql([]);
    report('DU_1', { t: 1 });
    brief().should.eql(['2 DU_1']);
  });

  it('with a second limit leaves only there', () => {
    const { report, told } = watching(ruleOf('gt', 30, 28));
    for (const t of [31, 29, 31, 28.5, 28, 29, 30, 31]) report('DU_1', { t });
    told()
      .map(([output, , payload]) => [output, (payload as { value: number }).value])
      .should.eql([
        [1, 31],
        [2, 28],
        [1, 31],
      ]);
  });

  it('eq and neq take text, numbers and switches', () => {
    const { report, brief } = watching(ruleOf('eq', 'ON'));
    for (const t of ['OFF', 'ON', 'ON', true, 'ON']) report('DU_1', { t });
    brief().should.eql(['1 DU_1', '2 DU_1', '1 DU_1']);
    const other = watching(ruleOf('neq', 'true'));
    for (const t of [true, false, null, true]) other.report('DU_1', { t });
    other.brief().should.eql(['1 DU_1', '2 DU_1']);
  });

  describe('for a minute', () => {
    const RULE = ruleOf('gt', 30, '', 60);

    it('tells when the minute is over, with the last value', () => {
      const { report, pass, told } = watching(RULE);
      report('DU_1', { t: 31 });
      pass(30_000);
      report('DU_1', { t: 33 });
      pass(29_999);
      told().should.eql([]);
      pass(1);
      told().should.eql([[1, 'DU_1', { attribute: 't', value: 33, active: true }, 60_000]]);
      pass(600_000);
      report('DU_1', { t: 12 });
      told().should.eql([[2, 'DU_1', { attribute: 't', value: 12, active: false }, 660_000]]);
    });

    it('begins anew when the attribute has been back', () => {
      const { report, pass, brief } = watching(RULE);
      for (let i = 0; i < 20; i += 1) {
        report('DU_1', { t: 31 });
        pass(50_000);
        report('DU_1', { t: 30 });
        pass(5_000);
      }
      report('DU_1', { t: 31 });
      pass(59_999);
      brief().should.eql([]);
      pass(1);
      brief().should.eql(['1 DU_1']);
    });

    it('goes on while the broker is away, and tells after that unless the value is back', () => {
      const { report, disconnect, connect, pass, told } = watching(RULE);
      report('DU_1', { t: 31 });
      report('DU_2', { t: 31 });
      pass(10_000);
      disconnect();
      pass(100_000);
      told().should.eql([]);
      connect();
      pass(1_000);
      report('DU_2', { t: 3 });
      pass(999);
      told().should.eql([]);
      pass(1);
      told().should.eql([[1, 'DU_1', { attribute: 't', value: 31, active: true }, 60_000]]);
    });

    it('goes on over a restart, and tells once', () => {
      const w = watching(RULE);
      w.report('DU_1', { t: 31 });
      w.pass(10_000);
      w.restart(20_000);
      w.pass(29_999);
      w.told().should.eql([]);
      w.pass(1);
      w.told().should.eql([[1, 'DU_1', { attribute: 't', value: 31, active: true }, 60_000]]);
      w.restart(20_000);
      w.report('DU_1', { t: 31 });
      w.pass(100_000);
      w.told().should.eql([]);
      w.report('DU_2', { t: 31 });
      w.pass(10_000);
      w.restart(3_600_000);
      w.pass(1_999);
      w.told().should.eql([]);
      w.pass(1);
      w.told().length.should.equal(1);
      w.pass(100_000);
      w.told().should.eql([]);
      w.report('DU_1', { t: 3 });
      w.brief().should.eql(['2 DU_1']);
    });
  });

  it('disabled for a while, tells that it is over, with that time, and waits anew', () => {
    const w = watching(ruleOf('gt', 30, '', 60));
    for (const device of ['DU_1', 'DU_2']) w.report(device, { t: 31 });
    w.pass(60_000);
    w.brief().should.eql(['1 DU_1', '1 DU_2']);
    for (const device of ['DU_3', 'DU_4']) w.report(device, { t: 31 });
    w.disable(600_000, () => w.report('DU_1', { t: 7 }));
    w.report('DU_4', { t: 31 });
    w.pass(59_999);
    w.told().should.eql([[2, 'DU_1', { attribute: 't', value: 7, active: false }, 660_000]]);
    w.pass(1);
    w.brief().should.eql(['1 DU_4']);
    w.report('DU_2', { t: 7 });
    w.brief().should.eql(['2 DU_2']);
  });

  it('after a change of the limit tells that it is over, if it is by the new one', () => {
    const w = watching(ruleOf('gt', 30));
    w.report('DU_1', { t: 32 });
    w.redeploy(ruleOf('gt', 35));
    w.brief().should.eql(['1 DU_1']);
    w.report('DU_1', { t: 33 });
    w.brief().should.eql(['2 DU_1']);
    w.report('DU_1', { t: 36 });
    w.redeploy({ ...ruleOf('gt', 35), attribute: 'u' });
    w.brief().should.eql(['1 DU_1']);
    w.state.size.should.equal(0);
  });

  it('keeps nothing of devices within the limit', () => {
    const { report, state } = watching(ruleOf('gt', 30));
    for (let i = 0; i < 100; i += 1) report(`DU_${i}`, { t: 31 });
    for (let i = 0; i < 100; i += 1) report(`DU_${i}`, { t: 1 });
    state.size.should.equal(0);
  });
});
