import { setTimeout as pause } from 'node:timers/promises';
import should from 'should';
import { EztError } from '../../../cloud/protocol/errors';
import { until } from '../../support/events';
import { type Disk, numbered, openDisk } from './disk';
import { fakeConnection, messages } from './fake-connection';
import { rejection } from './settling';

describe('outbox with a store', () => {
  let disk: Disk;
  beforeEach(() => {
    disk = openDisk();
  });
  afterEach(() => disk.close());

  it('has a message on disk before it is sent, and no longer when it is acknowledged', async () => {
    const outbox = disk.openOutbox();
    const connection = fakeConnection();
    const onDiskWhenSent: number[] = [];
    outbox.attach({
      ...connection,
      publish(...args) {
        onDiskWhenSent.push(disk.onDisk());
        connection.publish(...args);
      },
    });
    const added = outbox.add(messages('a'));
    await until(() => connection.sent.length === 1, 2000, 'the message');
    should(onDiskWhenSent).deepEqual([1]);
    connection.acknowledge();
    await added;
    should(outbox.size()).equal(0);
    await disk.written(0);
  });

  it('sends after a crash what was accepted, in order and before what is new', async () => {
    const crashed = disk.openOutbox();
    for (const topic of numbered(50)) void rejection(crashed.add(messages(topic)));
    await disk.written(50);
    disk.crash();
    const outbox = disk.openOutbox();
    const connection = fakeConnection();
    outbox.attach(connection);
    const added = numbered(3, 50).map((topic) => outbox.add(messages(topic)));
    await until(() => connection.sent.length === 53, 2000, 'all messages');
    should(connection.sent).deepEqual(numbered(53));
    connection.acknowledge(53);
    await Promise.all(added);
    await disk.written(0);
    should(disk.errors).deepEqual([]);
  });

  it('takes out of what an earlier run left what is set anew before there is a connection', async () => {
    const push = (attributes: object) => ({
      topic: 'DU_1',
      payload: Buffer.from(JSON.stringify(attributes)),
      qos: 1 as const,
      latest: true,
    });
    const crashed = disk.openOutbox();
    void rejection(crashed.add([push({ a: 1, b: 1 })]));
    await disk.written(1);
    void rejection(crashed.add([push({ a: 2 })]));
    await disk.written(2);
    disk.crash();
    const outbox = disk.openOutbox();
    const published: string[] = [];
    await until(() => outbox.size() === 2, 2000, 'what was left');
    void outbox.add([push({ a: 3 })]);
    await until(() => outbox.counters.replaced === 1, 2000, 'a newer one');
    const connection = fakeConnection();
    outbox.attach({
      ...connection,
      publish(topic, payload, qos, settled) {
        published.push(payload.toString());
        connection.publish(topic, payload, qos, settled);
      },
    });
    published.should.eql(['{"b":1}', '{"a":3}']);
    connection.acknowledge(2);
    await disk.written(0);
    should(disk.errors).deepEqual([]);
  });

  it('does not send what has expired meanwhile, and says how many', async () => {
    const crashed = disk.openOutbox({ expiry: 40 });
    void rejection(crashed.add(messages('old', 'older')));
    await disk.written(2);
    await crashed.close();
    await pause(50);
    const outbox = disk.openOutbox();
    const connection = fakeConnection();
    outbox.attach(connection);
    const added = outbox.add(messages('new'));
    await until(() => connection.sent.length === 1, 2000, 'the new one');
    connection.acknowledge();
    await added;
    should(connection.sent).deepEqual(['new']);
    await disk.written(0);
    should(disk.errors.length).equal(1);
    should(disk.errors[0]).match(/2 queued messages expired/);
  });

  it('lets what was accepted in an earlier run expire in this one', async () => {
    const crashed = disk.openOutbox({ expiry: 150 });
    void rejection(crashed.add(messages('a')));
    await disk.written(1);
    await crashed.close();
    disk.openOutbox();
    await disk.written(0);
    should(disk.errors.length).equal(1);
    should(disk.errors[0]).match(/Not sent within/);
  });

  it('rejects closed messages with EZT_CLOSED and words that say they are kept', async () => {
    const outbox = disk.openOutbox();
    outbox.attach(fakeConnection());
    const failed = rejection(outbox.add(messages('a', 'b')));
    await disk.written(2);
    await outbox.close();
    (await failed).should.match({ code: 'EZT_CLOSED', reason: 'closedKept', message: /is on disk/ });
    (await rejection(outbox.add(messages('c')))).reason.should.equal('closed');
    should([disk.onDisk(), disk.errors.length]).deepEqual([2, 0]);
  });

  it('a closed message is settled when it is on disk, and sent all the same', async () => {
    const outbox = disk.openOutbox();
    const owner = {};
    const failed = rejection(outbox.add(messages('a'), owner));
    outbox.size(owner).should.equal(1);
    void outbox.closeFor(owner);
    (await failed).reason.should.equal('closedKept');
    should([disk.onDisk(), outbox.size(owner), outbox.size()]).deepEqual([1, 0, 1]);
    const connection = fakeConnection();
    outbox.attach(connection);
    connection.acknowledge();
    await disk.written(0);
  });

  it('does not keep what was withdrawn while it was unacknowledged', async () => {
    const outbox = disk.openOutbox();
    const connection = fakeConnection();
    outbox.attach(connection);
    let withdraw = () => true;
    const added = outbox.add(messages('a'), {}, undefined, (how) => {
      withdraw = how;
    });
    const closed = rejection(added);
    await until(() => connection.sent.length === 1, 2000, 'the message');
    should(withdraw()).be.false();
    await disk.written(0);
    await outbox.close();
    should((await closed).reason).equal('closed');
  });

  it('waits for whoever used the files before', async () => {
    let free: () => void = () => undefined;
    const outbox = disk.openOutbox({ free: new Promise<void>((resolve) => (free = resolve)) });
    const connection = fakeConnection();
    outbox.attach(connection);
    const added = outbox.add(messages('a'));
    should(disk.onDisk()).equal(0);
    free();
    await until(() => connection.unanswered.length === 1, 2000, 'the message');
    connection.acknowledge();
    await added;
  });

  it('what it waits for may fail before it is on disk', async () => {
    const outbox = disk.openOutbox();
    const refused = new EztError('repliesRefused', { code: '0x87' });
    (await rejection(outbox.add(messages('a'), {}, Promise.reject(refused)))).should.equal(refused);
    await disk.written(0);
    await outbox.close();
    (await rejection(outbox.add(messages('a'), {}, Promise.reject(refused)))).reason.should.equal('closed');
  });

  it('QoS 0 is at most once over a crash, too: its file goes when it is written to the socket', async () => {
    const crashed = disk.openOutbox();
    crashed.attach({ ...fakeConnection(), publish: () => undefined });
    void rejection(crashed.add([{ topic: 'a', payload: Buffer.alloc(0), qos: 0 }]));
    await until(() => crashed.size() === 1, 2000, 'the message');
    void rejection(crashed.add(messages('b')));
    await until(() => disk.onDisk() === 1, 2000, 'only the second one to stay');
    disk.crash();
    const connection = fakeConnection();
    disk.openOutbox().attach(connection);
    await until(() => connection.sent.length === 1, 2000, 'the second one');
    should(connection.sent).deepEqual(['b']);
  });
});
