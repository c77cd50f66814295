import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { until } from '../../support/events';
import { messages, openLink } from './carrier';
import { type Disk, openDisk } from './disk';
import { rejection } from './settling';

describe('durable outbox on a disk that fails', () => {
  let disk: Disk;
  beforeEach(() => {
    disk = openDisk();
  });
  afterEach(() => disk.close());

  async function sendOne(outbox: ReturnType<Disk['life']>): Promise<void> {
    const link = openLink();
    outbox.attach(link.carrier);
    const added = outbox.add(messages('a'));
    await until(() => link.unanswered.length === 1, 2000, 'the message');
    link.acknowledge();
    await added;
  }

  it('a disk that does not answer holds closing up for less than half a second', async () => {
    const outbox = disk.life({ files: { write: () => new Promise<string>(() => undefined) } });
    const failed = Promise.all([rejection(outbox.add(messages('a'))), rejection(outbox.add(messages('b')))]);
    const begun = performance.now();
    await outbox.close();
    should((await failed).map(({ reason }) => reason)).deepEqual(['closed', 'closed']);
    should(performance.now() - begun).be.below(500);
  });

  it('a disk that is full is an error that says so, and what is kept in memory goes on', async () => {
    const outbox = disk.life({ files: { write: () => Promise.reject(new Error('ENOSPC: no space left')) } });
    (await rejection(outbox.add(messages('a')))).should.match({
      code: 'EZT_STORE',
      reason: 'diskFailed',
      message: /no space left/,
    });
    outbox.size().should.equal(0);
  });

  it('a file that cannot be removed does not make a failure of an acknowledged message', async () => {
    const outbox = disk.life({ files: { remove: () => Promise.reject(new Error('EACCES')) } });
    await sendOne(outbox);
    should(disk.errors).deepEqual(['Error: EACCES']);
  });

  it('unreadable files are told, and stop nothing', async () => {
    writeFileSync(join(disk.directory, '00000000000000001.json'), '{"topic"');
    const outbox = disk.life();
    await sendOne(outbox);
    should(disk.errors.length).equal(1);
    should(disk.errors[0]).match(/00000000000000001\.json\.unreadable/);
  });

  it('a directory that cannot be used: told once, every message fails, nothing is thrown', async () => {
    rmSync(disk.directory, { recursive: true });
    writeFileSync(disk.directory, 'a file in its place');
    const outbox = disk.life();
    (await rejection(outbox.add(messages('a')))).reason.should.equal('diskFailed');
    should(disk.errors.length).equal(1);
    rmSync(disk.directory);
    await outbox.close();
  });
});
