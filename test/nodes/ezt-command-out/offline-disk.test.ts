import helper from 'node-red-node-test-helper';
import should from 'should';
import { until } from '../../support/events';
import { nodeOf } from '../../support/flows';
import { needs } from '../../support/machine';
import { next, record, statusOf } from '../../support/project';
import { command, held, withOffline } from './with-offline';

describe('ezt-command-out: a device that is offline', function () {
  needs(this, 'mosquitto');
  const { devices, sent, tell } = withOffline();

  for (const whenOffline of ['fail', 'hold']) {
    it(`is so after a restart, too, for the very first command (${whenOffline})`, async () => {
      const start = () => devices.start({ method: '', whenOffline }, { queueStore: 'disk' });
      await start();
      await tell(false);
      await devices.stop();
      let errors: ReturnType<typeof record> = [];
      helper._events.once('flows:started', () => {
        errors = record('errors');
        nodeOf('out').receive(command('first'));
      });
      const started = start();
      if (whenOffline === 'hold') await held(1);
      else await until(() => errors.length === 1, 5000, 'the error');
      should(errors.map(({ error }) => error?.code)).deepEqual(
        whenOffline === 'fail' ? ['EZT_DEVICE_OFFLINE'] : [],
      );
      should(sent()).deepEqual([]);
      const subscribed = async () => Object.keys((await statusOf('cloud')).filters).length > 0;
      await until(subscribed, 5000, 'the subscriptions');
      await tell(true);
      await started;
      should(sent()).deepEqual(whenOffline === 'hold' ? ['DU_1 first'] : []);
    });
  }

  describe('with the queue on disk', () => {
    const onDisk = { queueStore: 'disk' };

    it('a deploy ends the waiting, and says that it goes out later; it does, once, without a reply', async () => {
      await devices.start({ method: '', whenOffline: 'hold' }, onDisk);
      await tell(false);
      const errors = record('errors');
      for (const method of ['a', 'b']) nodeOf('out').receive(command(method));
      await held(2);
      await devices.redeploy({ method: '', whenOffline: 'hold', timeout: 9 }, onDisk);
      should(errors.map(({ error }) => error?.code)).deepEqual(['EZT_CLOSED', 'EZT_CLOSED']);
      should(errors[0]?.error?.message).match(/on disk and is sent if/);
      should((await statusOf('cloud')).held).equal(2);
      nodeOf('out').receive(command('c'));
      await held(3);
      await next('out.got', () => tell(true));
      should(sent()).deepEqual(['DU_1 a', 'DU_1 b', 'DU_1 c']);
    });

    it('a restart keeps them; they go out in order, once', async () => {
      const start = () => devices.start({ method: '', whenOffline: 'hold' }, onDisk);
      await start();
      await tell(false);
      await tell(false, 'DU_2');
      for (const method of ['a', 'b']) nodeOf('out').receive(command(method));
      nodeOf('out').receive(command('c', 'DU_2'));
      await held(3);
      await devices.stop();
      await start();
      await held(3);
      await tell(true);
      await until(() => sent().length === 2, 5000, 'the commands of the first device');
      await held(1);
      await devices.stop();
      await start();
      await held(1);
      await tell(true, 'DU_2');
      await until(() => sent().length === 3, 5000, 'the command of the second device');
      should(sent()).deepEqual(['DU_1 a', 'DU_1 b', 'DU_2 c']);
    });

    it('what was held for too long before a restart is not sent', async () => {
      await devices.start({ method: '', whenOffline: 'hold', holdFor: 0.5 }, onDisk);
      await tell(false);
      nodeOf('out').receive(command('late'));
      await held(1);
      await devices.stop();
      await new Promise((resolve) => setTimeout(resolve, 600)); // its half second passes
      await devices.start({ method: '', whenOffline: 'hold' }, onDisk);
      await tell(true);
      await next('out.got', () => nodeOf('out').receive(command('now')));
      should(sent()).deepEqual(['DU_1 now']);
    });
  });
});
