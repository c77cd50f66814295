import should from 'should';
import type { Device } from '../../emulator/devices/device';
import { fleetDevice, fleetUsername } from '../../emulator/devices/fleet';
import { type Bench, parse, setUp, type TestClient } from './clients';

const idle: Device = {
  send: () => undefined,
  goOnline: () => undefined,
  goOffline: () => undefined,
  online: () => true,
  later: () => undefined,
};

/** The first `count` delays of a device. */
function delays(number: number, seed: number, count = 3): number[] {
  const { replyDelay } = fleetDevice(number, { delay: 1000, seed }).behave(idle);
  if (typeof replyDelay !== 'function') throw new Error('No random delay');
  return Array.from({ length: count }, () => replyDelay());
}

describe('the delays of the fleet', () => {
  it('are the same for the same seed, and others for another', () => {
    delays(7, 1).should.deepEqual(delays(7, 1));
    delays(7, 1).should.not.deepEqual(delays(7, 2));
    delays(7, 1).should.not.deepEqual(delays(8, 1));
  });

  it('spread over the delay, and a small share of the devices takes three to eight times as long', () => {
    const all = Array.from({ length: 1000 }, (_, i) => delays(i + 1, 1));
    const slow = all.filter(([first = 0]) => first > 1000);
    slow.length.should.be.within(5, 50);
    for (const delay of slow.flat()) delay.should.be.within(3000, 8000);
    const ordinary = all.filter(([first = 0]) => first <= 1000).flat();
    for (const delay of ordinary) delay.should.be.within(50, 1000);
    for (const quarter of [0, 1, 2, 3]) {
      const within = ordinary.filter((delay) => delay > quarter * 250 && delay <= (quarter + 1) * 250);
      should(within.length / ordinary.length).be.above(0.15);
    }
  });
});

describe('the fleet', () => {
  const COUNT = 1000;
  let bench: Bench;
  let application: TestClient;
  before(async () => {
    bench = await setUp({ fleet: COUNT, fleetDelay: 20, interval: 20 });
    application = await bench.application();
  });
  after(() => bench.tearDown());

  it('has usernames that count up, as long as those of the platform', () => {
    const usernames = Array.from({ length: COUNT }, (_, i) => fleetUsername(i + 1));
    bench.emulator.devices.should.deepEqual(usernames);
    for (const username of usernames) username.should.match(/^DU_\w{10}$/);
  });

  it('answers: every device, with the id that it got', async () => {
    await application.subscribeAsync(bench.topic('+/command_reply'), { qos: 1 });
    const sent = bench.emulator.devices.map((device, i) => {
      const command = JSON.stringify({ method: 'dim', params: { value: i % 101 }, id: i + 1 });
      return application.publishAsync(bench.topic(`${device}/command_send`), command, { qos: 1 });
    });
    await Promise.all(sent);
    for (const [i, device] of bench.emulator.devices.entries()) {
      const reply = parse(await application.next(bench.topic(`${device}/command_reply`)));
      reply.should.deepEqual({ method: 'dim', params: { level: i % 101 }, id: i + 1 });
    }
    application.received.should.be.empty();
  });

  it('refuses what it cannot do, and reports by itself', async () => {
    const [device] = bench.emulator.devices;
    for (const [params, id] of [
      [{ value: '50' }, 1],
      [{ value: 101 }, 2],
      [{}, 3],
    ] as const) {
      const command = JSON.stringify({ method: 'dim', params, id });
      await application.publishAsync(bench.topic(`${device}/command_send`), command, { qos: 1 });
      const reply = parse(await application.next(bench.topic(`${device}/command_reply`)));
      reply.params?.should.have.property('error');
    }
    await application.subscribeAsync(bench.topic('+/attributes'), { qos: 1 });
    parse(await application.next(bench.topic(`${device}/attributes`))).should.have.property('level');
  });

  it('is not there unless it is asked for', async () => {
    const other = await setUp({ builtIn: true });
    other.emulator.devices.filter((name) => name.startsWith('DU_fleet')).should.be.empty();
    await other.tearDown();
  });
});

describe('a fleet on demand', () => {
  let bench: Bench;
  before(async () => {
    bench = await setUp({ fleet: 3, fleetOnDemand: true, fleetDelay: 20, interval: 20 });
  });
  after(() => bench.tearDown());

  it('is not there until a device of it is sent a command, which it answers', async () => {
    const application = await bench.application();
    await application.subscribeAsync(bench.topic('+/+'), { qos: 1 });
    const heard: string[] = [];
    const replied = new Promise<unknown>((resolve) => {
      application.on('message', (topic, payload) => {
        const [, , device = '', channel = ''] = topic.split('/');
        heard.push(`${device} ${channel}`);
        if (channel === 'command_reply') resolve(parse(payload).id);
      });
    });
    should(bench.emulator.devices).deepEqual([]);
    for (const number of [2, 4]) {
      const command = JSON.stringify({ method: 'ping', params: {}, id: number + 3 });
      await application.publishAsync(bench.topic(`${fleetUsername(number)}/command_send`), command, {
        qos: 1,
      });
    }
    should(await replied).equal(5);
    should(heard).containEql('DU_fleet00002 online');
    should(heard.filter((each) => /^DU_fleet0000[134] (online|command_reply)/.test(each))).deepEqual([]);
  });
});
