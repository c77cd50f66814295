import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import should from 'should';
import { makeDurable } from '../../cloud/durable-outbox';
import { type MessageFiles, openMessageFiles } from '../../cloud/message-files';
import { createOutbox, type Outbox, type OutboxOptions } from '../../cloud/outbox';
import { temporaryDirectory } from '../support/cleanup';
import { until } from '../support/events';
import { messages, openLink } from './carrier';
import { rejection } from './settling';

const OPTIONS = { limit: 1000, expiry: 60_000, rate: 0 };
const numbered = (n: number, from = 0) => Array.from({ length: n }, (_, i) => String(from + i));

describe('durable outbox', () => {
  let directory: string;
  let errors: string[];
  beforeEach(() => {
    directory = temporaryDirectory('queue');
    errors = [];
  });

  const lives: Outbox[] = [];
  afterEach(async () => {
    await Promise.all(lives.splice(0).map((outbox) => outbox.close()));
  });

  interface More extends Partial<OutboxOptions> {
    files?: Partial<MessageFiles>;
    free?: Promise<unknown>;
  }
  /** One life of an outbox over the directory. */
  function life({ files, free = Promise.resolve(), ...more }: More = {}): Outbox {
    const options = { ...OPTIONS, ...more };
    const outbox = createOutbox({ ...options, limit: Number.POSITIVE_INFINITY });
    const durable = makeDurable(outbox, {
      ...options,
      files: { ...openMessageFiles(directory, () => true), ...files },
      free,
      onError: (error) => errors.push(String(error)),
    });
    lives.push(durable);
    return durable;
  }
  const onDisk = () => readdirSync(directory).length;
  const written = (n: number) => until(() => onDisk() === n, 2000, `${n} files`);

  it('has a message on disk before it is sent, and no longer when it is acknowledged', async () => {
    const outbox = life();
    const link = openLink();
    const onDiskWhenSent: number[] = [];
    outbox.attach({
      ...link.carrier,
      publish(...args) {
        onDiskWhenSent.push(onDisk());
        link.carrier.publish(...args);
      },
    });
    const added = outbox.add(messages('a'));
    await until(() => link.sent.length === 1, 2000, 'the message');
    should(onDiskWhenSent).deepEqual([1]);
    link.acknowledge();
    await added;
    should([onDisk(), outbox.size()]).deepEqual([0, 0]);
  });

  it('sends after a crash what was accepted, in order and before what is new', async () => {
    const crashed = life();
    for (const topic of numbered(50)) void rejection(crashed.add(messages(topic)));
    await written(50);
    const outbox = life();
    const link = openLink();
    outbox.attach(link.carrier);
    const added = numbered(3, 50).map((topic) => outbox.add(messages(topic)));
    await until(() => link.sent.length === 53, 2000, 'all messages');
    should(link.sent).deepEqual(numbered(53));
    link.acknowledge(53);
    await Promise.all(added);
    await written(0);
    should(errors).deepEqual([]);
  });

  it('does not send what has expired meanwhile, and says how many', async () => {
    const crashed = life({ expiry: 40 });
    void rejection(crashed.add(messages('old', 'older')));
    await written(2);
    await crashed.close();
    await pause(50);
    const outbox = life();
    const link = openLink();
    outbox.attach(link.carrier);
    const added = outbox.add(messages('new'));
    await until(() => link.sent.length === 1, 2000, 'the new one');
    link.acknowledge();
    await added;
    should(link.sent).deepEqual(['new']);
    should([onDisk(), errors.length]).deepEqual([0, 1]);
    should(errors[0]).match(/2 queued messages expired/);
  });

  it('lets what was accepted in an earlier life expire in this one', async () => {
    const crashed = life({ expiry: 150 });
    void rejection(crashed.add(messages('a')));
    await written(1);
    await crashed.close();
    life();
    await written(0);
    should(errors.length).equal(1);
    should(errors[0]).match(/Not sent within/);
  });

  it('sends all of an earlier life, though the limit has been lowered since', async () => {
    const crashed = life();
    void rejection(crashed.add(messages(...numbered(20))));
    await written(20);
    const outbox = life({ limit: 5 });
    const link = openLink();
    outbox.attach(link.carrier);
    await until(() => link.sent.length === 20, 2000, 'all messages');
    (await rejection(outbox.add(messages('x')))).code.should.equal('EZT_QUEUE_FULL');
    link.acknowledge(20);
    await written(0);
  });

  it('accepts exactly the limit, whatever part of it is still being written', async () => {
    const outbox = life({ limit: 10 });
    const added = numbered(10).map((topic) => outbox.add(messages(topic)));
    (await rejection(outbox.add(messages('one too many')))).code.should.equal('EZT_QUEUE_FULL');
    const link = openLink();
    outbox.attach(link.carrier);
    await until(() => link.sent.length === 10, 2000, 'all messages');
    should(outbox.size()).equal(10);
    link.acknowledge(10);
    await Promise.all(added);
    await outbox.add([]);
  });

  it('rejects closed messages with EZT_CLOSED and words that say they are kept', async () => {
    const outbox = life();
    outbox.attach(openLink().carrier);
    const failed = rejection(outbox.add(messages('a', 'b')));
    await written(2);
    await outbox.close();
    (await failed).should.match({ code: 'EZT_CLOSED', reason: 'closedKept', message: /is on disk/ });
    (await rejection(outbox.add(messages('c')))).reason.should.equal('closed');
    should([onDisk(), errors.length]).deepEqual([2, 0]);
  });

  it('a withdrawn message is settled when it is on disk, and sent all the same', async () => {
    const outbox = life();
    const owner = {};
    const failed = rejection(outbox.add(messages('a'), owner));
    outbox.size(owner).should.equal(1);
    outbox.withdraw(owner);
    (await failed).reason.should.equal('closedKept');
    should([onDisk(), outbox.size(owner), outbox.size()]).deepEqual([1, 0, 1]);
    const link = openLink();
    outbox.attach(link.carrier);
    link.acknowledge();
    await written(0);
  });

  it('a disk that does not answer holds closing up for less than half a second', async () => {
    const outbox = life({ files: { write: () => new Promise<string>(() => undefined) } });
    const failed = Promise.all([rejection(outbox.add(messages('a'))), rejection(outbox.add(messages('b')))]);
    const begun = performance.now();
    await outbox.close();
    should((await failed).map(({ reason }) => reason)).deepEqual(['closed', 'closed']);
    should(performance.now() - begun).be.below(500);
  });

  it('a disk that is full is an error that says so, and what is kept in memory goes on', async () => {
    const outbox = life({ files: { write: () => Promise.reject(new Error('ENOSPC: no space left')) } });
    (await rejection(outbox.add(messages('a')))).should.match({
      code: 'EZT_QUEUE_FULL',
      reason: 'diskFailed',
      message: /no space left/,
    });
    outbox.size().should.equal(0);
  });

  it('a file that cannot be removed does not make a failure of an acknowledged message', async () => {
    const outbox = life({ files: { remove: () => Promise.reject(new Error('EACCES')) } });
    const link = openLink();
    outbox.attach(link.carrier);
    const added = outbox.add(messages('a'));
    await until(() => link.unanswered.length === 1, 2000, 'the message');
    link.acknowledge();
    await added;
    should(errors).deepEqual(['Error: EACCES']);
  });

  it('unreadable files are told, and stop nothing', async () => {
    writeFileSync(join(directory, '00000000000000001.json'), '{"topic"');
    const outbox = life();
    const link = openLink();
    outbox.attach(link.carrier);
    const added = outbox.add(messages('a'));
    await until(() => link.unanswered.length === 1, 2000, 'the message');
    link.acknowledge();
    await added;
    should(errors.length).equal(1);
    should(errors[0]).match(/00000000000000001\.json\.unreadable/);
  });

  it('a directory that cannot be used: told once, every message fails, nothing is thrown', async () => {
    rmSync(directory, { recursive: true });
    writeFileSync(directory, 'a file in its place');
    const outbox = life();
    (await rejection(outbox.add(messages('a')))).reason.should.equal('diskFailed');
    should(errors.length).equal(1);
    rmSync(directory);
    await outbox.close();
  });

  it('waits for whoever used the files before', async () => {
    let free: () => void = () => undefined;
    const outbox = life({ free: new Promise<void>((resolve) => (free = resolve)) });
    const link = openLink();
    outbox.attach(link.carrier);
    const added = outbox.add(messages('a'));
    should(onDisk()).equal(0);
    free();
    await until(() => link.unanswered.length === 1, 2000, 'the message');
    link.acknowledge();
    await added;
  });

  it('drained waits for what is still being written', async () => {
    const outbox = life();
    const link = openLink();
    outbox.attach({ ...link.carrier, publish: (_topic, _payload, _qos, settled) => settled() });
    const owner = {};
    const added = Promise.all(numbered(20).map((topic) => outbox.add(messages(topic), owner)));
    await outbox.drained(5000, owner);
    outbox.size(owner).should.equal(0);
    const more = outbox.add(messages('last'));
    await outbox.drained(5000);
    outbox.size().should.equal(0);
    await Promise.all([added, more]);
  });
});
