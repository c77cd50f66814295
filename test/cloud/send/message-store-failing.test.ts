import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { acceptedNow } from '../../../cloud/send/age';
import { openMessageFiles } from '../../../cloud/send/message-files';
import { DISK } from '../../../cloud/storage/files';
import { until } from '../../support/events';
import { needs } from '../../support/machine';
import { type Disk, numbered, openDisk } from './disk';
import { fakeConnection, messages } from './fake-connection';
import { rejection } from './settling';

const files = (disk: Disk) => readdirSync(disk.directory).filter((name) => name.endsWith('.json'));
const readyFile = (topic: string) =>
  JSON.stringify({ topic, qos: 1, accepted: acceptedNow(), lifetime: 60_000, payload: '' });

describe('outbox with a store on a disk that fails', () => {
  let disk: Disk;
  beforeEach(() => {
    disk = openDisk();
  });
  afterEach(() => disk.close());

  async function sendOne(outbox: ReturnType<Disk['openOutbox']>): Promise<void> {
    const connection = fakeConnection();
    outbox.attach(connection);
    const added = outbox.add(messages('a'));
    await until(() => connection.unanswered.length === 1, 2000, 'the message');
    connection.acknowledge();
    await added;
  }

  it('a disk that does not answer holds closing up for less than half a second', async () => {
    const outbox = disk.openOutbox({ files: { write: () => new Promise<string>(() => undefined) } });
    const failed = Promise.all([rejection(outbox.add(messages('a'))), rejection(outbox.add(messages('b')))]);
    const begun = performance.now();
    await outbox.close();
    should((await failed).map(({ reason }) => reason)).deepEqual(['closed', 'closed']);
    should(performance.now() - begun).be.below(500);
  });

  it('a disk that is full is an error that says so, and what is kept in memory goes on', async () => {
    const outbox = disk.openOutbox({
      files: { write: () => Promise.reject(new Error('ENOSPC: no space left')) },
    });
    (await rejection(outbox.add(messages('a')))).should.match({
      code: 'EZT_STORE',
      reason: 'diskFailed',
      message: /no space left/,
    });
    outbox.size().should.equal(0);
  });

  for (const failing of [0, 1, 2]) {
    it(`a list of three whose file ${failing + 1} cannot be written is not sent at all, and none of it stays`, async () => {
      const { write } = openMessageFiles(disk.directory, () => true);
      let written = 0;
      const outbox = disk.openOutbox({
        files: {
          write: (...args) =>
            written++ === failing ? Promise.reject(new Error('ENOSPC: no space left')) : write(...args),
        },
      });
      const connection = fakeConnection();
      outbox.attach(connection);
      (await rejection(outbox.add(messages('a', 'b', 'c')))).should.match({
        code: 'EZT_STORE',
        message: /what cannot be kept is not sent/,
      });
      const after = outbox.add(messages('d'));
      await until(() => connection.sent.length > 0, 2000, 'the next one');
      should([connection.sent, outbox.size()]).deepEqual([['d'], 1]);
      connection.acknowledge();
      await after;
      await disk.written(0);
    });
  }

  it('on a full file system: reported, nothing left behind, and all goes on when there is room', async () => {
    let full = true;
    const files = openMessageFiles(disk.directory, () => true, {
      ...DISK,
      async writeFile(...args) {
        await DISK.writeFile(...args); // the beginning of it
        if (full) throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
      },
    });
    const outbox = disk.openOutbox({ files: { write: files.write } });
    for (let i = 0; i < 5; i += 1) (await rejection(outbox.add(messages(i)))).code.should.equal('EZT_STORE');
    should(readdirSync(disk.directory)).deepEqual(['lock']);
    full = false;
    await sendOne(outbox);
  });

  it('a disk that hangs keeps no message from its expiry, and what came too late for it is removed', async () => {
    let finish: (() => void) | undefined;
    const { write } = openMessageFiles(disk.directory, () => true);
    const hangs = new Promise<void>((resolve) => (finish = resolve));
    const outbox = disk.openOutbox({
      expiry: 100,
      files: { write: (...args) => hangs.then(() => write(...args)) },
    });
    const connection = fakeConnection();
    outbox.attach(connection);
    const owner = {};
    const failed = [
      rejection(outbox.add(messages('a', 'b'), owner)),
      rejection(outbox.add(messages('c'), owner)),
    ];
    should(outbox.size(owner)).equal(3);
    for (const one of failed)
      (await one).should.match({ code: 'EZT_EXPIRED', reason: 'expiredByDisk', message: /the disk/ });
    should([outbox.size(), outbox.size(owner)]).deepEqual([0, 0]);
    finish?.();
    await sendOne(outbox);
    await disk.written(0);
    should(connection.sent).deepEqual([]);
  });

  it('a disk that hangs does not keep a node from closing: the message is said to be lost, and is', async () => {
    let finish: (() => void) | undefined;
    const { write } = openMessageFiles(disk.directory, () => true);
    const hangs = new Promise<void>((resolve) => (finish = resolve));
    const outbox = disk.openOutbox({ files: { write: (...args) => hangs.then(() => write(...args)) } });
    const owner = {};
    const failed = rejection(outbox.add(messages('a'), owner));
    await outbox.closeFor(owner);
    (await failed).should.match({ reason: 'closed', message: /not on disk/ });
    finish?.();
    await sendOne(outbox);
    await disk.written(0);
  });

  it('a removal that takes longer than closing does not keep the next from the directory: it waits', async () => {
    let finish: () => void = () => undefined;
    const { remove } = openMessageFiles(disk.directory, () => true);
    const hangs = new Promise<void>((resolve) => (finish = resolve));
    const outbox = disk.openOutbox({ files: { remove: (name) => hangs.then(() => remove(name)) } });
    await sendOne(outbox);
    await outbox.close();
    const next = disk.openOutbox();
    const connection = fakeConnection();
    next.attach(connection);
    const added = next.add(messages('a'));
    setTimeout(finish, 100); // longer than the holder of a directory takes to say that it is there
    await until(() => connection.unanswered.length === 1, 2000, 'the message');
    connection.acknowledge();
    await added;
    should(disk.errors).deepEqual([]);
    await disk.written(0);
  });

  it('a removal that hangs does not keep an acknowledged message from being done', async () => {
    const outbox = disk.openOutbox({ files: { remove: () => new Promise<void>(() => undefined) } });
    await sendOne(outbox);
    should(outbox.size()).equal(0);
  });

  it('a file that cannot be removed does not make a failure of an acknowledged message', async () => {
    const outbox = disk.openOutbox({ files: { remove: () => Promise.reject(new Error('EACCES')) } });
    await sendOne(outbox);
    await until(() => disk.errors.length > 0, 2000, 'the error');
    should(disk.errors).deepEqual(['Error: EACCES']);
  });

  it('unreadable files are reported, and stop nothing', async () => {
    writeFileSync(join(disk.directory, '00000000000000001.json'), '{"topic"');
    const outbox = disk.openOutbox();
    await sendOne(outbox);
    should(disk.errors.length).equal(1);
    should(disk.errors[0]).match(/00000000000000001\.json\.unreadable/);
  });

  it('a FIFO, a device and a file that nobody may read keep nothing else back', async function () {
    needs(this, 'unix');
    execFileSync('mkfifo', [join(disk.directory, '00000000000000001.json')]);
    symlinkSync('/dev/zero', join(disk.directory, '00000000000000002.json'));
    mkdirSync(join(disk.directory, '00000000000000003.json'));
    mkdirSync(join(disk.directory, '00000000000000003.json.unreadable', 'in the way'), { recursive: true });
    const crashed = disk.openOutbox();
    void rejection(crashed.add(messages('kept')));
    await until(() => crashed.size() === 1 && disk.onDisk() >= 5, 2000, 'the file');
    await crashed.close();
    should(disk.errors.filter((error) => /set aside/.test(error)).length).equal(3);
    const outbox = disk.openOutbox();
    const connection = fakeConnection();
    outbox.attach(connection);
    await until(() => connection.sent.length === 1, 2000, 'the good one');
    should(connection.sent).deepEqual(['kept']);
    connection.acknowledge();
  });

  it('a stray file with a huge number makes no two messages one', async () => {
    const huge = '09007199254740993.json';
    writeFileSync(join(disk.directory, huge), readyFile('stray'));
    const crashed = disk.openOutbox();
    for (let i = 0; i < 10; i += 1) void rejection(crashed.add(messages(i)));
    await until(() => files(disk).length === 10, 2000, 'ten files');
    await crashed.close();
    const outbox = disk.openOutbox();
    const connection = fakeConnection();
    outbox.attach(connection);
    await until(() => connection.sent.length === 10, 2000, 'all ten');
    should(connection.sent).deepEqual(numbered(10));
  });

  it('a directory that cannot be used: reported once, every message fails, nothing is thrown', async () => {
    rmSync(disk.directory, { recursive: true });
    writeFileSync(disk.directory, 'a file in its place');
    const outbox = disk.openOutbox();
    (await rejection(outbox.add(messages('a')))).reason.should.equal('diskFailed');
    should(disk.errors.length).equal(1);
    rmSync(disk.directory);
    await outbox.close();
  });
});
