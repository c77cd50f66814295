import 'should';
import { watching } from './watching';

const ONCE = { mode: 'alarm', every: 0 } as const;
const AGAIN = { mode: 'alarm', every: 60_000 } as const;

describe('a watch for alarms', () => {
  it('tells when one is raised and when it is over, each once', () => {
    const { alarm, pass, told, start } = watching(ONCE);
    alarm('DU_1', false);
    alarm('DU_1', true);
    pass(1_000);
    alarm('DU_1', true); // again, or retained after a reconnection
    pass(1_000_000);
    alarm('DU_1', false);
    alarm('DU_1', false);
    told().should.eql([
      [1, 'DU_1', { alerting: true, since: start }, 0],
      [2, 'DU_1', { alerting: false, since: start }, 1_001_000],
    ]);
  });

  it('repeats it after every interval while it lasts', () => {
    const { alarm, pass, told, start } = watching(AGAIN);
    alarm('DU_1', true);
    pass(130_000);
    alarm('DU_1', false);
    pass(1_000_000);
    told().should.eql([
      [1, 'DU_1', { alerting: true, since: start }, 0],
      [1, 'DU_1', { alerting: true, since: start }, 60_000],
      [1, 'DU_1', { alerting: true, since: start }, 120_000],
      [2, 'DU_1', { alerting: false, since: start }, 130_000],
    ]);
  });

  it('stops repeating what is acknowledged, until it is raised anew', () => {
    const { alarm, acknowledge, pass, brief } = watching(AGAIN);
    for (const device of ['DU_1', 'DU_2', 'DU_3']) alarm(device, true);
    brief();
    acknowledge(['DU_1', 'DU_unknown']);
    pass(60_000);
    brief().should.eql(['1 DU_2', '1 DU_3']);
    acknowledge(true);
    acknowledge(true);
    pass(600_000);
    brief().should.eql([]);
    alarm('DU_1', true);
    alarm('DU_1', false);
    alarm('DU_1', true);
    pass(60_000);
    brief().should.eql(['2 DU_1', '1 DU_1', '1 DU_1']);
  });

  it('does not repeat while the broker is away, and once after that, unless it is over', () => {
    const { alarm, disconnect, connect, pass, brief } = watching(AGAIN);
    alarm('DU_1', true);
    alarm('DU_2', true);
    brief();
    disconnect();
    pass(600_000);
    connect();
    pass(1_000);
    alarm('DU_2', false);
    brief().should.eql(['2 DU_2']);
    pass(1_000);
    brief().should.eql(['1 DU_1']);
    pass(59_999);
    brief().should.eql([]);
    pass(1);
    brief().should.eql(['1 DU_1']);
  });

  it('knows over a restart what was raised, told and acknowledged', () => {
    const w = watching(AGAIN);
    w.alarm('DU_1', true);
    w.alarm('DU_2', true);
    w.acknowledge(['DU_2']);
    w.pass(10_000);
    w.brief();
    w.restart(10_000);
    w.alarm('DU_1', true);
    w.pass(39_999);
    w.brief().should.eql([]);
    w.pass(1);
    w.brief().should.eql(['1 DU_1']);
    w.restart(600_000);
    w.pass(2_000);
    w.brief().should.eql(['1 DU_1']);
    w.pass(1);
    w.brief().should.eql([]);
    w.alarm('DU_2', false);
    w.alarm('DU_1', false);
    w.brief().should.eql(['2 DU_2', '2 DU_1']);
  });

  for (const rule of [ONCE, AGAIN])
    it(`tells that one is over which was so while the node was disabled, with that time: every ${rule.every}`, () => {
      const w = watching(rule);
      for (const device of ['DU_1', 'DU_2', 'DU_3']) w.alarm(device, true);
      w.acknowledge(['DU_1', 'DU_3']);
      w.told();
      w.disable(600_000, () => {
        w.alarm('DU_1', false);
        w.alarm('DU_3', false);
        w.alarm('DU_3', true);
      });
      w.pass(1_999);
      if (rule === AGAIN) w.told().should.eql([]);
      w.pass(1);
      const over = w.told().filter(([output]) => output === 2);
      over.should.eql([[2, 'DU_1', { alerting: false, since: w.start }, 600_000]]);
      w.alarm('DU_1', false);
      w.alarm('DU_2', false);
      w.brief().should.eql(['2 DU_2']);
    });

  it('looks at alarms only', () => {
    const { report, hear, brief } = watching(ONCE);
    report('DU_1', { alerting: true });
    hear('DU_1', 'alarm', undefined);
    hear('DU_1', 'alarm', { alerting: 'yes' });
    brief().should.eql([]);
  });
});
