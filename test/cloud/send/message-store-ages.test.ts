import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { type Accepted, acceptedNow } from '../../../cloud/send/age';
import { until } from '../../support/events';
import { type Disk, openDisk } from './disk';
import { fakeConnection } from './fake-connection';

const HOUR = 3_600_000;
const YEARS = 50 * 365 * 24 * HOUR;

describe('what an earlier run left on disk, by its age', () => {
  let disk: Disk;
  beforeEach(() => {
    disk = openDisk();
  });
  afterEach(() => disk.close());

  const left = (topic: string, accepted: Partial<Accepted>) =>
    writeFileSync(
      join(disk.directory, '01700000000000001.json'),
      JSON.stringify({
        topic,
        qos: 1,
        accepted: { ...acceptedNow(), ...accepted },
        lifetime: 60_000,
        payload: '',
      }),
    );

  it('fresh, accepted before the clock was set, is sent after a restart of Node-RED', async () => {
    if (acceptedNow().boot === '') return; // only Linux says that it is the same start of the machine
    left('fresh', { time: Date.now() - YEARS });
    const connection = fakeConnection();
    disk.openOutbox().attach(connection);
    await until(() => connection.sent.length === 1, 2000, 'the message');
    should(disk.errors).deepEqual([]);
  });

  const old: [string, Partial<Accepted>][] = [
    ['an hour old by uptime, though the clock was set back', { uptime: acceptedNow().uptime - HOUR }],
    ['an hour old, from before a restart of the machine', { time: Date.now() - HOUR, boot: 'another' }],
    ['of the time before the clock was set, from before that', { time: Date.now() - YEARS, boot: 'another' }],
  ];
  for (const [what, accepted] of old) {
    it(`${what}: expired, and reported`, async () => {
      if (accepted.uptime !== undefined && acceptedNow().boot === '') return; // not Linux, as above
      left('old', accepted);
      disk.openOutbox().attach(fakeConnection());
      await until(() => disk.errors.length === 1, 2000, 'the error');
      should(disk.errors[0]).match(/1 queued messages expired/);
      await disk.written(0);
    });
  }

  it('from the future: it waits, and is judged when it is to be sent', async () => {
    left('later', { time: Date.now() + HOUR, boot: 'another' });
    const outbox = disk.openOutbox();
    await until(() => outbox.size() === 1, 2000, 'the message');
    should(disk.errors).deepEqual([]);
    const connection = fakeConnection();
    outbox.attach(connection);
    await until(() => disk.errors.length === 1, 2000, 'the error');
    should([connection.sent, outbox.size()]).deepEqual([[], 0]);
    should(disk.errors[0]).match(/Not sent within/);
  });
});
