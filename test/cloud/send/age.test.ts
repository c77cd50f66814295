import os from 'node:os';
import { performance } from 'node:perf_hooks';
import should from 'should';
import { acceptedNow, ageOf, createAgeClock, isFromTheFuture } from '../../../cloud/send/age';
import { createOutbox } from '../../../cloud/send/outbox';
import { fakeConnection, messages } from './fake-connection';
import { rejection } from './settling';

const HOUR = 3_600_000;
const YEARS = 50 * 365 * 24 * HOUR;

/** The three clocks of a machine, which go only when told to. */
function fakeMachine() {
  const clocks = { running: 5_000, wall: 1_700_000_000_000, uptime: 100_000 };
  const real = { now: Date.now, uptime: os.uptime };
  Object.assign(performance, { now: () => clocks.running });
  Object.assign(Date, { now: () => clocks.wall });
  Object.assign(os, { uptime: () => clocks.uptime / 1000 });
  const pass = (ms: number) => {
    for (const clock of ['running', 'wall', 'uptime'] as const) clocks[clock] += ms;
  };
  return {
    pass,
    /** It is set, e.g. from 1970 to now. */
    setClock(ms: number) {
      clocks.wall += ms;
    },
    /** Going to sleep and waking up takes its time. */
    sleep(ms: number) {
      pass(50);
      clocks.wall += ms - 50;
      clocks.uptime += ms - 50;
    },
    reboot(away: number) {
      clocks.wall += away;
      clocks.uptime = 10_000;
    },
    hideUptime() {
      Object.assign(os, {
        uptime() {
          throw new Error('EPERM');
        },
      });
    },
    restore() {
      Reflect.deleteProperty(performance, 'now');
      Object.assign(Date, { now: real.now });
      Object.assign(os, { uptime: real.uptime });
    },
  };
}

describe('the age of a message', () => {
  let machine: ReturnType<typeof fakeMachine>;
  beforeEach(() => {
    machine = fakeMachine();
  });
  afterEach(() => machine.restore());

  describe('in one process', () => {
    const cases: [string, () => void, number][] = [
      ['is the time that passed', () => machine.pass(1234), 1234],
      ['counts the time the machine slept', () => machine.sleep(HOUR), HOUR],
      ['is not changed by a clock that is set to the present', () => machine.setClock(YEARS), 0],
      ['is not changed by a clock that is set back', () => machine.setClock(-YEARS), 0],
    ];
    for (const [what, happens, age] of cases) {
      it(what, () => {
        const clock = createAgeClock();
        const accepted = clock.now();
        happens();
        should(clock.now() - accepted).equal(age);
      });
    }

    it('counts every sleep', () => {
      const clock = createAgeClock();
      const accepted = clock.now();
      machine.sleep(HOUR);
      clock.now();
      machine.sleep(HOUR);
      should(clock.now() - accepted).equal(2 * HOUR);
    });

    it('does not take clocks that drift apart slowly for a sleep', () => {
      const clock = createAgeClock();
      const accepted = clock.now();
      for (let minute = 0; minute < 1000; minute += 1) {
        machine.pass(61_000);
        machine.sleep(100);
        clock.now();
      }
      should(clock.now() - accepted).equal(61_050_000);
    });

    it('goes by the wall clock, too, where the system hides its uptime', () => {
      machine.hideUptime();
      const clock = createAgeClock();
      const accepted = clock.now();
      machine.sleep(HOUR);
      should(clock.now() - accepted).equal(HOUR);
    });

    it('an hour-old command is not sent when the machine wakes up, before any timer', async () => {
      const outbox = createOutbox({ limit: 10, expiry: 60_000, rate: 0 });
      const old = rejection(outbox.add(messages('old')));
      machine.sleep(HOUR);
      const connection = fakeConnection();
      void outbox.add(messages('new')).catch(() => undefined);
      outbox.attach(connection);
      should(connection.sent).deepEqual(['new']);
      (await old).code.should.equal('EZT_EXPIRED');
      await outbox.close();
    });

    it('a fresh one is sent though the clock was set from 1970 to now', async () => {
      const outbox = createOutbox({ limit: 10, expiry: 60_000, rate: 0 });
      const added = outbox.add(messages('fresh'));
      machine.setClock(YEARS);
      const connection = fakeConnection();
      outbox.attach(connection);
      should(connection.sent).deepEqual(['fresh']);
      connection.acknowledge();
      await added;
      await outbox.close();
    });
  });

  describe('over a restart of Node-RED', () => {
    it('is measured by uptime: the clock may be set, the machine may sleep', () => {
      const accepted = acceptedNow();
      machine.pass(3000);
      should(ageOf(accepted)).equal(3000);
      machine.sleep(HOUR);
      should(ageOf(accepted)).equal(HOUR + 3000);
      if (accepted.boot === '') return; // not Linux: the wall clock alone, as below
      machine.setClock(YEARS);
      should(ageOf(accepted)).equal(HOUR + 3000);
      machine.setClock(-2 * YEARS);
      should(ageOf(accepted)).equal(HOUR + 3000);
      should(isFromTheFuture(accepted)).be.false();
    });
  });

  describe('over a restart of the machine, or where its starts have no name', () => {
    for (const boot of ['another', '']) {
      it(`is measured by the wall clock (${boot})`, () => {
        const accepted = { ...acceptedNow(), boot };
        machine.reboot(20_000);
        should(ageOf(accepted)).equal(20_000);
        should(isFromTheFuture(accepted)).be.false();
      });
    }

    it('is not known while the clock has not been set: as old as the times differ, until it is right', () => {
      const accepted = { ...acceptedNow(), boot: 'another' };
      machine.reboot(20_000);
      machine.setClock(-YEARS);
      should(isFromTheFuture(accepted)).be.true();
      should(ageOf(accepted)).be.above(HOUR);
      machine.setClock(YEARS);
      should(isFromTheFuture(accepted)).be.false();
      should(ageOf(accepted)).equal(20_000);
    });

    it('accepted in 1970: nobody knows, and an old command is worse than one that is reported as expired', () => {
      machine.setClock(-YEARS);
      const accepted = { ...acceptedNow(), boot: 'another' };
      machine.setClock(YEARS);
      should(ageOf(accepted)).be.above(HOUR);
    });
  });
});
