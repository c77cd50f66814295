import should from 'should';
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

  it('sends all of an earlier run, though the limit has been lowered since', async () => {
    const crashed = disk.openOutbox();
    void rejection(crashed.add(messages(...numbered(20))));
    await disk.written(20);
    disk.crash();
    const outbox = disk.openOutbox({ limit: 5 });
    const connection = fakeConnection();
    outbox.attach(connection);
    await until(() => connection.sent.length === 20, 2000, 'all messages');
    (await rejection(outbox.add(messages('x')))).code.should.equal('EZT_QUEUE_FULL');
    connection.acknowledge(20);
    await disk.written(0);
  });

  it('says of more messages than the limit that they can never be sent', async () => {
    const outbox = disk.openOutbox({ limit: 5 });
    const { reason, params } = await rejection(outbox.add(messages(...numbered(6))));
    ({ reason, params }).should.eql({ reason: 'queueTooShort', params: { count: 6, limit: 5 } });
  });

  it('accepts exactly the limit, whatever part of it is still being written', async () => {
    const outbox = disk.openOutbox({ limit: 10 });
    const added = numbered(10).map((topic) => outbox.add(messages(topic)));
    (await rejection(outbox.add(messages('one too many')))).code.should.equal('EZT_QUEUE_FULL');
    const connection = fakeConnection();
    outbox.attach(connection);
    await until(() => connection.sent.length === 10, 2000, 'all messages');
    should(outbox.size()).equal(10);
    connection.acknowledge(10);
    await Promise.all(added);
    await outbox.add([]);
  });

  it('counts messages, not calls, of an owner and of all', async () => {
    const outbox = disk.openOutbox();
    const owner = {};
    void rejection(outbox.add(messages('a', 'b', 'c'), owner));
    should([outbox.size(owner), outbox.size()]).deepEqual([3, 3]);
    await disk.written(3);
    should([outbox.size(owner), outbox.size()]).deepEqual([3, 3]);
    const connection = fakeConnection();
    outbox.attach(connection);
    await until(() => connection.unanswered.length === 3, 2000, 'the messages');
    connection.acknowledge();
    should([outbox.size(owner), outbox.size()]).deepEqual([2, 2]);
  });

  it('drained waits for what is still being written', async () => {
    const outbox = disk.openOutbox();
    const connection = fakeConnection();
    outbox.attach({ ...connection, publish: (_topic, _payload, _qos, settled) => settled() });
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
