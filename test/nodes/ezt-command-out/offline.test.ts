import should from 'should';
import { collect, until } from '../../support/events';
import { nodeOf } from '../../support/flows';
import { needs } from '../../support/machine';
import { next, palette, record, type Seen, statusOf } from '../../support/project';
import { watchSettling } from '../../support/settled';
import { shows } from '../../support/statuses';
import { command, held, withOffline } from './with-offline';

describe('ezt-command-out: a device that is offline', function () {
  needs(this, 'mosquitto');
  const { devices, sent, tell } = withOffline();

  it('fail: EZT_DEVICE_OFFLINE at once if it is known to be offline, and sent otherwise', async () => {
    await devices.start({ method: '', whenOffline: 'fail' });
    await next('out.got', () => nodeOf('out').receive(command('unknown')));
    await tell(false);
    const { error, device } = await next('errors', () => nodeOf('out').receive(command('offline')));
    should([error?.code, device]).deepEqual(['EZT_DEVICE_OFFLINE', 'DU_1']);
    await tell(true);
    await next('out.got', () => nodeOf('out').receive(command('online')));
    should(sent()).deepEqual(['DU_1 unknown', 'DU_1 online']);
  });

  it('hold: sent in order, once, when the device goes online', async () => {
    await devices.start({ method: '', whenOffline: 'hold' });
    await tell(false);
    const replies = collect<Seen>(nodeOf('out.got'), 3);
    for (const method of ['a', 'b', 'c']) nodeOf('out').receive(command(method));
    await shows(
      'out',
      ({ fill, shape, text }) => `${fill} ${shape}` === 'yellow dot' && text?.endsWith(' 3') === true,
    );
    should([sent(), (await statusOf('cloud')).held]).deepEqual([[], 3]);
    await tell(true);
    should((await replies).map(({ command }) => command)).deepEqual(['a', 'b', 'c']);
    should([sent(), (await statusOf('cloud')).held]).deepEqual([['DU_1 a', 'DU_1 b', 'DU_1 c'], 0]);
    await tell(true);
    await next('out.got', () => nodeOf('out').receive(command('d')));
    should(sent().length).equal(4);
  });

  const reports: [what: string, suffix: string, payload: unknown][] = [
    ['attributes', 'DU_1/attributes', { t: 1 }],
    ['an event', 'DU_1/event_report', { method: 'woke', params: {} }],
    ['a reply to another', 'DU_1/command_reply', { id: 5, params: {} }],
    ['data', 'DU_1/data/stream', 'x'],
  ];
  for (const [what, suffix, payload] of reports) {
    it(`hold: sent when it reports ${what}; other devices' commands stay`, async () => {
      await devices.start({ method: '', whenOffline: 'hold' });
      await tell(false, 'DU_2');
      await tell(false);
      for (const device of ['DU_1', 'DU_2']) nodeOf('out').receive(command('m', device));
      await held(2);
      const filters = async () => Object.keys((await statusOf('cloud')).filters);
      const subscribed = (names: string[]) => names.some((name) => name.endsWith('DU_1/event_report'));
      await until(async () => subscribed(await filters()), 5000, 'the subscriptions');
      await next('out.got', () => devices.publish(suffix, payload));
      should([sent(), (await statusOf('cloud')).held]).deepEqual([['DU_1 m'], 1]);
      await until(async () => !subscribed(await filters()), 5000, 'the subscriptions to end');
    });
  }

  it('hold: neither a retained message, nor that it is offline, nor a push that comes back is heard', async () => {
    await devices.start({ method: '', whenOffline: 'hold' }, {}, [
      ...palette('ezt-in', 'in', { types: ['attributes', 'online'] }),
      ...palette('ezt-attr-out', 'push', { device: 'DU_1' }),
    ]);
    await devices.publish('DU_1/online', { online: true }, true);
    await tell(false);
    nodeOf('out').receive(command('m'));
    await held(1);
    await next('in.got', () => devices.publish('DU_1/online', { online: false }));
    await next('push.got', () => nodeOf('push').receive({ payload: { led: 1 } }));
    should((await next('in.got', () => devices.publish('DU_1/attributes', { led: 1 }))).own).be.true();
    should([sent(), (await statusOf('cloud')).held]).deepEqual([[], 1]);
    await next('out.got', () => devices.publish('DU_1/attributes', { led: 2 }));
    await devices.publish('DU_1/online', '', true);
  });

  it('hold: EZT_DEVICE_OFFLINE after holdFor, and not sent any more', async () => {
    await devices.start({ method: '', whenOffline: 'hold', holdFor: 0.1 });
    await tell(false);
    const { error } = await next('errors', () => nodeOf('out').receive(command('late')));
    should(error?.code).equal('EZT_DEVICE_OFFLINE');
    should(error?.message).containEql('0.1 s');
    await tell(true);
    await next('out.got', () => nodeOf('out').receive(command('now')));
    should(sent()).deepEqual(['DU_1 now']);
  });

  it('hold: a newer command of the same method replaces the held one, which is done', async () => {
    await devices.start({ method: '', whenOffline: 'hold', replaceHeld: true });
    await tell(false);
    const settling = watchSettling('out');
    const got = record('out.got');
    for (const [method, n] of [
      ['set', 1],
      ['other', 2],
      ['set', 3],
    ]) {
      settling.give({ device: 'DU_1', payload: { method, params: n } });
    }
    await held(2);
    should(settling.sofar()).deepEqual(['done']);
    await tell(true);
    should(await settling.all()).deepEqual(['done', 'done', 'done']);
    settling.stop();
    should(devices.sent.map(({ command: { params } }) => params)).deepEqual([2, 3]);
    should([got.length, (await statusOf('cloud')).counters.replaced]).deepEqual([2, 1]);
  });

  it('hold: of a list, only those that are offline wait', async () => {
    await devices.start({ method: '', whenOffline: 'hold' });
    await tell(false, 'DU_2');
    const got = record('out.got');
    nodeOf('out').receive(command('m', ['DU_1', 'DU_2', 'DU_3']));
    await until(() => got.length === 2, 5000, 'the replies of two');
    await held(1);
    await tell(true, 'DU_2');
    await until(() => got.length === 3, 5000, 'the reply of the third');
    should(got[2]).containEql({ device: 'DU_2' });
    should(got[2]?.parts).containEql({ index: 1, count: 3 });
  });

  it('hold: of a list, the errors of the others do not wait for what is held', async () => {
    devices.onCommand = () => undefined;
    await devices.start({ method: '', whenOffline: 'hold', timeout: 0.2, holdFor: 60 });
    await tell(false, 'DU_3');
    const settling = watchSettling('out');
    const caught = await next('errors', () => settling.give(command('m', ['DU_1', 'DU_2', 'DU_3'])));
    should([caught.error?.code, caught.device]).deepEqual(['EZT_REPLY_TIMEOUT', 'DU_1']);
    should([settling.sofar(), (await statusOf('cloud')).held]).deepEqual([[], 1]);
    settling.stop();
  });

  it('hold, in a shared group: sent when the device is heard', async () => {
    await devices.start({ method: '', whenOffline: 'hold' }, { group: 'halves', protocol: '5' }, [
      ...palette('ezt-in', 'in', { types: ['attributes', 'online'] }),
    ]);
    await tell(false);
    nodeOf('out').receive(command('m'));
    await held(1);
    await next('out.got', () => devices.publish('DU_1/online', { online: true }));
    should(sent()).deepEqual(['DU_1 m']);
  });

  it('hold: a deploy ends the waiting; in memory, the command is not sent any more', async () => {
    await devices.start({ method: '', whenOffline: 'hold' });
    await tell(false);
    const errors = record('errors');
    nodeOf('out').receive(command('held'));
    await held(1);
    await devices.redeploy({ method: '', whenOffline: 'hold', timeout: 9 });
    should(errors.map(({ error }) => error?.code)).deepEqual(['EZT_CLOSED']);
    should(errors[0]?.error?.message).match(/not on disk/);
    await tell(true);
    await next('out.got', () => nodeOf('out').receive(command('now')));
    should(sent()).deepEqual(['DU_1 now']);
  });
});
