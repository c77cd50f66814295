import 'should';
import { watching } from './watching';

const RULE = { mode: 'silence', after: 60_000 } as const;

describe('a watch for silence', () => {
  it('tells once of a device that is not heard for so long, and once when it is heard again', () => {
    const { report, pass, told, start } = watching(RULE);
    report('DU_1');
    pass(59_999);
    told().should.eql([]);
    pass(1);
    told().should.eql([[1, 'DU_1', { silent: true, lastSeen: start, silentFor: 60_000 }, 60_000]]);
    pass(1_000_000);
    told().should.eql([]);
    report('DU_1');
    const at = 1_060_000;
    told().should.eql([[2, 'DU_1', { silent: false, lastSeen: start + at, silentFor: at }, at]]);
    report('DU_1');
    told().should.eql([]);
    pass(60_000);
    told().should.eql([[1, 'DU_1', { silent: true, lastSeen: start + at, silentFor: 60_000 }, at + 60_000]]);
  });

  it('hears every message of the device itself, and only those', () => {
    const { hear, online, alarm, pass, brief, report } = watching(RULE);
    report('DU_1');
    for (const channel of ['attributes', 'event_report', 'command_reply', 'data'] as const) {
      pass(59_000);
      hear('DU_1', channel);
    }
    pass(59_000);
    online('DU_1', true);
    pass(59_000);
    brief().should.eql([]);
    online('DU_1', false); // says the platform
    alarm('DU_1', true);
    hear('DU_1', 'attributes', { t: 1 }, false); // retained, or our own push
    pass(1_000);
    brief().should.eql(['1 DU_1']);
    online('DU_1', false);
    brief().should.eql([]);
  });

  it('says nothing of a device that comes and goes within the time', () => {
    const { online, pass, brief } = watching(RULE);
    for (let i = 0; i < 100; i += 1) {
      online('DU_1', i % 2 === 0);
      pass(29_000);
    }
    brief().should.eql([]);
  });

  it('counts a device that it names from the deploy on, and knows that it was never heard', () => {
    const { pass, told, report, start } = watching(RULE, { devices: ['DU_1', 'DU_2'] });
    pass(30_000);
    report('DU_2');
    pass(30_000);
    told().should.eql([[1, 'DU_1', { silent: true, lastSeen: null, silentFor: 60_000 }, 60_000]]);
    report('DU_1');
    told().should.eql([[2, 'DU_1', { silent: false, lastSeen: start + 60_000, silentFor: 60_000 }, 60_000]]);
  });

  it('counts devices that are known already from its first deploy on', () => {
    const w = watching(RULE);
    w.report('DU_1');
    w.pass(10_000);
    w.state.clear(); // another node
    w.redeploy();
    w.pass(59_999);
    w.brief().should.eql([]);
    w.pass(1);
    w.told().should.eql([[1, 'DU_1', { silent: true, lastSeen: w.start, silentFor: 70_000 }, 70_000]]);
  });

  it('waits for the end of a deploy, and for the messages that have waited', () => {
    const { report, pause, pass, brief } = watching(RULE);
    report('DU_1');
    report('DU_2');
    pass(59_000);
    pause(true);
    pass(20_000);
    pause(false);
    report('DU_1');
    pass(1_999);
    brief().should.eql([]);
    pass(1);
    brief().should.eql(['1 DU_2']);
  });

  it('forgets with the memory: it tells only of devices that are known', () => {
    const w = watching(RULE, { maxDevices: 100 });
    for (let i = 0; i < 10_000; i += 1) w.report(`DU_${i}`);
    w.state.size.should.be.belowOrEqual(100);
    w.pass(60_100);
    const told = w.brief();
    told.length.should.be.within(80, 100);
    told.should.containEql('1 DU_9999');
    w.state.size.should.be.belowOrEqual(100);
  });

  it('does not take a leap of the wall clock for silence', () => {
    const { report, clock, pass, brief } = watching(RULE);
    report('DU_1');
    clock.leap(86_400_000);
    pass(59_999);
    brief().should.eql([]);
    clock.leap(-86_400_000);
    pass(1);
    brief().should.eql(['1 DU_1']);
  });

  it('needs one timer, however many devices there are, and none when it has stopped', () => {
    const w = watching(RULE);
    for (let i = 0; i < 5_000; i += 1) w.report(`DU_${i}`);
    w.clock.timers().should.equal(1);
    w.pass(30_000);
    for (let i = 0; i < 5_000; i += 2) w.report(`DU_${i}`);
    w.pass(30_100);
    w.brief().length.should.equal(2_500);
    w.pass(30_000);
    w.brief().length.should.equal(2_500);
    w.report('DU_1');
    w.clock.timers().should.equal(1);
    w.disconnect();
    w.clock.timers().should.equal(0);
    w.connect();
    w.redeploy();
    w.clock.timers().should.equal(1);
  });
});
