import should from 'should';
import { until } from '../../support/events';
import { nodeOf } from '../../support/flows';
import { needs } from '../../support/machine';
import { palette, statusOf } from '../../support/project';
import { watchSettling } from '../../support/settled';
import { type Reply, withDevices } from './with-devices';

describe('ezt-command-out: one command at a time to each device', function () {
  needs(this, 'mosquitto');
  const devices = withDevices();
  const sent = () => devices.sent.map(({ device, command: { params } }) => `${device} ${params}`);
  const waits = (count: number) => until(() => devices.sent.length === count, 5000, `${count} commands`);

  it('the next is sent when the device has answered; other devices, and nodes without the option, do not wait', async () => {
    const replies: Reply[] = [];
    devices.onCommand = (_sent, reply) => void replies.push(reply);
    await devices.start({ oneAtATime: true }, {}, [
      ...palette('ezt-command-out', 'same', { method: 'm', oneAtATime: true }),
      ...palette('ezt-command-out', 'free', { method: 'm' }),
    ]);
    const give = (node: string, device: unknown, payload: unknown) =>
      nodeOf(node).receive({ device, payload });
    give('out', 'DU_1', 'a');
    const params = ['b'];
    give('same', 'DU_1', params);
    await until(async () => (await statusOf('cloud')).commands === 2, 5000, 'both commands');
    params.push('changed by the flow');
    give('out', ['DU_2', 'DU_1'], 'c');
    await waits(2);
    give('free', 'DU_1', 'd');
    await waits(3);
    should([sent(), (await statusOf('cloud')).commands]).deepEqual([['DU_1 a', 'DU_2 c', 'DU_1 d'], 5]);
    void replies[0]?.();
    await waits(4);
    void replies[3]?.();
    await waits(5);
    should(sent().slice(3)).deepEqual(['DU_1 b', 'DU_1 c']);
    for (const reply of replies) void reply();
    await until(async () => (await statusOf('cloud')).commands === 0, 5000, 'all replies');
  });

  it('the next is sent after the last attempt, too, and its timeout begins only then', async () => {
    devices.onCommand = ({ command }, reply) => void (command.params === 'b' && reply());
    await devices.start({ oneAtATime: true, timeout: 0.3, retries: 1 });
    const settling = watchSettling('out');
    for (const payload of ['a', 'b']) settling.give({ device: 'DU_1', payload });
    should(await settling.all()).deepEqual(['EZT_REPLY_TIMEOUT', 'done']);
    settling.stop();
    should(sent()).deepEqual(['DU_1 a', 'DU_1 a', 'DU_1 b']);
  });

  it('without waiting for replies the next is sent when the broker has acknowledged', async () => {
    devices.onCommand = () => undefined;
    await devices.start({ oneAtATime: true, waitReply: false });
    const settling = watchSettling('out');
    for (const payload of ['a', 'b', 'c']) settling.give({ device: 'DU_1', payload });
    should(await settling.all()).deepEqual(['done', 'done', 'done']);
    settling.stop();
    await waits(3);
    should(sent()).deepEqual(['DU_1 a', 'DU_1 b', 'DU_1 c']);
  });

  it('no more wait than the queue may hold: EZT_QUEUE_FULL', async () => {
    devices.onCommand = () => undefined;
    await devices.start({ oneAtATime: true, timeout: 60 }, { queueLimit: 3 });
    const settling = watchSettling('out');
    for (let n = 0; n < 6; n += 1) settling.give({ device: 'DU_1', payload: n });
    await until(() => settling.sofar().length === 2, 5000, 'two errors');
    should(settling.sofar()).deepEqual(['EZT_QUEUE_FULL', 'EZT_QUEUE_FULL']);
    await devices.redeploy({ oneAtATime: true, timeout: 61 }, { queueLimit: 3 });
    should((await settling.all()).filter((outcome) => outcome === 'EZT_CLOSED').length).equal(4);
    settling.stop();
    should([sent(), (await statusOf('cloud')).commands]).deepEqual([['DU_1 0'], 0]);
  });

  for (const [whenOffline, outcome, what] of [
    ['fail', 'EZT_DEVICE_OFFLINE', 'it is not sent'],
    ['hold', 'done', 'it is held until the device is heard'],
  ] as const) {
    it(`the device is offline when the turn comes, ${whenOffline}: ${what}`, async () => {
      devices.onCommand = ({ command }, reply) => void (command.params === 'b' && reply());
      await devices.start({ oneAtATime: true, whenOffline, timeout: 0.3 });
      const settling = watchSettling('out');
      for (const payload of ['a', 'b']) settling.give({ device: 'DU_1', payload });
      await devices.publish('DU_1/online', { online: false });
      if (whenOffline === 'hold') {
        await until(async () => (await statusOf('cloud')).held === 1, 5000, 'the held command');
        should(sent()).deepEqual(['DU_1 a']);
        await devices.publish('DU_1/online', { online: true });
      }
      should(await settling.all()).deepEqual(['EZT_REPLY_TIMEOUT', outcome]);
      settling.stop();
      should(sent()).deepEqual(whenOffline === 'hold' ? ['DU_1 a', 'DU_1 b'] : ['DU_1 a']);
    });
  }
});
