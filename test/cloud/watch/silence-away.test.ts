import 'should';
import { watching } from './watching';

const RULE = { mode: 'silence', after: 60_000 } as const;

describe('a watch for silence', () => {
  describe('while the broker is away', () => {
    it('nothing counts as silence: each device gets the whole time anew', () => {
      const { report, away, pass, brief } = watching(RULE);
      report('DU_1');
      pass(59_000);
      away(3_600_000);
      pass(59_999);
      brief().should.eql([]);
      pass(1);
      brief().should.eql(['1 DU_1']);
    });

    it('a device that was silent before is not told again', () => {
      const { report, away, pass, brief } = watching(RULE);
      report('DU_1');
      pass(60_000);
      brief().should.eql(['1 DU_1']);
      away(100_000);
      pass(1_000_000);
      brief().should.eql([]);
      report('DU_1');
      brief().should.eql(['2 DU_1']);
    });

    it('also when flows are deployed or Node-RED restarts in the midst of it', () => {
      for (const again of ['redeploy', 'restart'] as const) {
        const w = watching(RULE);
        w.report('DU_1');
        w.pass(50_000);
        w.disconnect();
        w.pass(3_600_000);
        if (again === 'redeploy') {
          w.redeploy(RULE, false);
          w.pass(3_600_000);
          w.connect();
        } else w.restart(5_000, 3_600_000);
        w.pass(again === 'redeploy' ? 59_999 : 54_999);
        w.brief().should.eql([], again);
        w.pass(1);
        w.brief().should.eql(['1 DU_1'], again);
      }
    });

    it('also when it has come back shortly before a deploy', () => {
      const w = watching(RULE);
      w.report('DU_1');
      w.away(3_600_000);
      w.pass(1_000);
      w.redeploy();
      w.pass(58_999);
      w.brief().should.eql([]);
      w.pass(1);
      w.brief().should.eql(['1 DU_1']);
    });
  });

  describe('after a restart', () => {
    it('tells once what became due meanwhile, with the true times, and after what the broker has kept', () => {
      const w = watching(RULE);
      w.report('DU_1');
      w.report('DU_2');
      w.pass(10_000);
      w.restart(600_000, 300);
      w.pass(1_000);
      w.report('DU_2'); // the broker had kept it
      w.pass(999);
      w.told().should.eql([]);
      w.pass(1);
      const silentFor = 612_300;
      w.told().should.eql([[1, 'DU_1', { silent: true, lastSeen: w.start, silentFor }, 60_000]]);
      w.restart(600_000);
      w.pass(50_000);
      w.brief().should.eql(['1 DU_2']);
    });

    it('does not tell again what it has told', () => {
      const w = watching(RULE);
      w.report('DU_1');
      w.pass(60_000);
      w.brief().should.eql(['1 DU_1']);
      w.restart(100_000);
      w.pass(1_000_000);
      w.brief().should.eql([]);
      w.report('DU_1');
      w.brief().should.eql(['2 DU_1']);
    });

    it('goes on counting a device that was never heard', () => {
      const w = watching(RULE, { devices: ['DU_1'] });
      w.pass(20_000);
      w.restart(20_000);
      w.pass(19_999);
      w.brief().should.eql([]);
      w.pass(1);
      w.told().should.eql([[1, 'DU_1', { silent: true, lastSeen: null, silentFor: 60_000 }, 60_000]]);
    });

    it('takes nothing for granted in what was kept', () => {
      const w = watching(RULE, { devices: ['DU_1', 'DU_2', 'DU_3', 'DU_4'] });
      for (const [i, odd] of [null, 7, { mode: 'silence', from: 'x' }, { mode: 'alarm', from: 1 }].entries())
        w.state.set(`DU_${i + 1}`, odd);
      w.state.set('DU_gone', { mode: 'silence', from: 1 });
      w.redeploy();
      [...w.state.keys()].should.not.containEql('DU_gone');
      w.pass(60_000);
      w.brief().should.eql(['1 DU_1', '1 DU_2', '1 DU_3', '1 DU_4']);
    });
  });

  it('counts what it hears while it connects from then on, not from later', () => {
    const w = watching(RULE, { devices: ['DU_1'], connected: false });
    w.pass(30_000);
    w.report('DU_1');
    w.connect(false);
    w.pass(59_999);
    w.brief().should.eql([]);
    w.pass(1);
    w.brief().should.eql(['1 DU_1']);
  });

  it('disabled for a while, counts anew from when it is enabled, and does not tell again what it has told', () => {
    const w = watching(RULE, { devices: ['DU_1', 'DU_2'] });
    w.pass(30_000);
    w.report('DU_1');
    w.pass(30_000);
    w.brief().should.eql(['1 DU_2']);
    w.disable(600_000);
    w.pass(59_999);
    w.brief().should.eql([]);
    w.pass(1);
    w.brief().should.eql(['1 DU_1']);
    w.report('DU_2');
    w.brief().should.eql(['2 DU_2']);
  });
});
