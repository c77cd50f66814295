import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { openOutbox } from '../../../cloud/send/open-outbox';
import { temporaryDirectory } from '../../support/cleanup';
import { until } from '../../support/events';
import { fakeConnection } from './fake-connection';
import { rejection } from './settling';

describe('the outbox of a project', () => {
  const TOPIC = 'open/PR_1/DU_1/attributes_push';
  let directory: string;
  let errors: unknown[];
  beforeEach(() => {
    directory = temporaryDirectory('outbox');
    errors = [];
  });
  const open = (queue: boolean, projectKey = 'PR_1') =>
    openOutbox(
      projectKey,
      { limit: 10, expiry: 60_000, rate: 0 },
      { directory, queue, memory: false, free: Promise.resolve() },
      (error) => errors.push(error),
    );
  const files = () =>
    existsSync(join(directory, 'queue'))
      ? readdirSync(join(directory, 'queue')).filter((name) => !name.startsWith('lock'))
      : [];
  const add = (outbox: ReturnType<typeof open>) =>
    outbox.add([{ topic: TOPIC, payload: Buffer.from('{}'), qos: 1 }]);

  /** Leaves a message on disk, as a process that ends. */
  async function leave() {
    const outbox = open(true);
    const closed = rejection(add(outbox));
    await until(() => files().length === 1, 2000, 'the file');
    await outbox.close();
    should((await closed).reason).equal('closedKept');
  }

  it('in memory touches no disk', async () => {
    const outbox = open(false);
    const connection = fakeConnection();
    outbox.attach(connection);
    const sent = add(outbox);
    await until(() => connection.unanswered.length === 1, 2000, 'the message');
    connection.acknowledge();
    await sent;
    await outbox.close();
    should(readdirSync(directory)).deepEqual([]);
  });

  for (const queue of [true, false]) {
    it(`${queue ? 'on disk' : 'in memory, after one on disk,'} sends what an earlier process left`, async () => {
      await leave();
      const outbox = open(queue);
      const connection = fakeConnection();
      outbox.attach(connection);
      await until(() => connection.sent.length === 1, 2000, 'the message');
      should(connection.sent).deepEqual([TOPIC]);
      connection.acknowledge();
      await until(() => files().length === 0, 2000, 'the file to go');
      await outbox.close();
      should(existsSync(join(directory, 'queue'))).equal(queue);
      should(errors).deepEqual([]);
    });
  }

  it('of another project key does not send it', async () => {
    await leave();
    const outbox = open(true, 'PR_2');
    const connection = fakeConnection();
    outbox.attach(connection);
    await until(() => errors.length > 0 || files().length !== 1, 2000, 'the file to be looked at');
    await outbox.close();
    should(connection.sent).deepEqual([]);
  });
});
