import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { acceptedNow } from '../../../cloud/send/age';
import { processSpace } from '../../../cloud/storage/boot';
import { until } from '../../support/events';
import { type Disk, numbered, openDisk } from './disk';
import { fakeConnection, messages } from './fake-connection';
import { rejection } from './settling';

describe('a store that others used or use', () => {
  let disk: Disk;
  beforeEach(() => {
    disk = openDisk();
  });
  afterEach(() => disk.close());

  it('two at a time: the second learns who the first is, sends nothing, and disturbs nothing', async () => {
    const first = disk.openOutbox();
    for (const topic of numbered(10)) void rejection(first.add(messages(topic)));
    await disk.written(10);
    const second = disk.openOutbox();
    const connection = fakeConnection();
    second.attach(connection);
    const { code, message } = await rejection(second.add(messages('x')));
    should(code).equal('EZT_STORE');
    should(message).match(new RegExp(`process ${process.pid} on .+ uses the queue in ${disk.directory}`));
    (await rejection(second.add(messages('y')))).reason.should.equal('diskInUse');
    should(disk.errors).deepEqual([`EZtCloud: ${message}`]); // once
    should([connection.sent, disk.onDisk(), second.size()]).deepEqual([[], 10, 0]);
    await second.close();
    should(readdirSync(disk.directory)).containEql('lock');
    const other = fakeConnection();
    first.attach(other);
    should(other.sent).deepEqual(numbered(10));
  });

  it('the second goes on with what the first left when that has gone', async () => {
    const first = disk.openOutbox();
    void rejection(first.add(messages('left')));
    await disk.written(1);
    const second = disk.openOutbox();
    await until(() => disk.errors.length === 1, 2000, 'the warning');
    await first.close();
    const connection = fakeConnection();
    second.attach(connection);
    await until(() => connection.sent.length === 1, 2000, 'what was left');
    const added = second.add(messages('new'));
    await until(() => connection.sent.length === 2, 2000, 'the new one');
    should(connection.sent).deepEqual(['left', 'new']);
    connection.acknowledge(2);
    await added;
    await disk.written(0);
  });

  it('one that lost the directory to another sends no more that would not survive, and says so', async () => {
    const outbox = disk.openOutbox();
    const added = rejection(outbox.add(messages('a')));
    await disk.written(1);
    const theirs = { pid: 4711, host: 'far away', place: processSpace, token: 'theirs' };
    writeFileSync(join(disk.directory, 'lock'), JSON.stringify(theirs));
    await until(() => disk.errors.length === 1, 2000, 'the warning');
    should(disk.errors[0]).match(/process 4711 on far away/);
    (await rejection(outbox.add(messages('b')))).reason.should.equal('diskInUse');
    await outbox.close();
    (await added).reason.should.equal('closedKept');
  });

  describe('with the queue in memory', () => {
    const left = (name: string, topic: string, more: object = {}) =>
      writeFileSync(
        join(disk.directory, `${name.padStart(17, '0')}.json`),
        JSON.stringify({ topic, qos: 1, accepted: acceptedNow(), lifetime: 60_000, payload: '', ...more }),
      );

    it('what is on disk from before is sent first, then the directory goes; what is new is not written', async () => {
      left('1', 'old');
      left('2', 'expired', { lifetime: 0 });
      const outbox = disk.openOutbox({ keeps: false });
      const connection = fakeConnection();
      await until(() => outbox.size() === 1, 2000, 'what is left');
      outbox.attach(connection);
      const added = outbox.add(messages('new'));
      should(connection.sent).deepEqual(['old', 'new']);
      should(readdirSync(disk.directory).filter((name) => name.endsWith('.json')).length).be.belowOrEqual(2);
      connection.acknowledge(2);
      await added;
      await until(() => !existsSync(disk.directory), 2000, 'its end');
      should(disk.errors).match([/1 queued messages expired/]);
    });

    it('what cannot be sent yet stays, and its owner-to-be is not told that new ones stay, too', async () => {
      left('1', 'old');
      const outbox = disk.openOutbox({ keeps: false });
      await until(() => outbox.size() === 1, 2000, 'what is left');
      const added = rejection(outbox.add(messages('new')));
      await outbox.close();
      (await added).reason.should.equal('closed');
      should(disk.onDisk()).equal(1);
    });

    it('what is set aside stays', async () => {
      mkdirSync(join(disk.directory, '00000000000000001.json'));
      disk.openOutbox({ keeps: false });
      await until(() => disk.errors.length === 1, 2000, 'the error');
      should(disk.onDisk()).equal(1);
    });
  });
});
