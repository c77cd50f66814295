import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { formatTopic, type Listener } from '../../cloud';
import { temporaryDirectory } from '../support/cleanup';
import { until } from '../support/events';
import { type ScriptedBroker, startScriptedBroker } from '../support/scripted-broker';
import { rejection } from './send/settling';
import { close, closeAll, DEVICE, KEY, openConnected } from './transport/harness';

describe('client: a command that waits for its reply', () => {
  let broker: ScriptedBroker;
  let directory: string;
  let listener: Listener;
  beforeEach(async () => {
    broker = await startScriptedBroker();
    directory = temporaryDirectory('closing');
    listener = { devices: [], channels: ['command_reply'], streams: [], qos: 1, unshared: true };
  });
  afterEach(async () => {
    await closeAll();
    await broker.stop();
  });

  async function start(queueOnDisk: boolean, expiry = 60_000) {
    const disk = { directory, queue: queueOnDisk, memory: false, free: Promise.resolve() };
    const opened = await openConnected(broker, { disk, queue: { limit: 3, expiry, rate: 0 } });
    opened.client.listen(listener);
    await broker.packet('subscribe');
    return { client: opened.client, user: opened.client.user() };
  }
  type Started = Awaited<ReturnType<typeof start>>;
  const request = ({ user }: Started, id = 7) =>
    rejection(user.request(DEVICE, { method: 'm', params: {}, id }, { qos: 1, timeout: 10_000, listener }));
  const queued = () => readdirSync(join(directory, 'queue')).filter((name) => name.endsWith('.json')).length;

  const ways: [string, (started: Started) => Promise<void>][] = [
    ['at a deploy', ({ user }) => user.close(50)],
    ['at a stop', ({ client }) => close(client)],
  ];
  for (const [when, end] of ways) {
    it(`${when}, its PUBLISH unacknowledged and on disk: its error says that it goes out later`, async () => {
      broker.on.publish = () => undefined;
      const started = await start(true);
      const ended = request(started);
      await broker.packet('publish');
      await end(started);
      (await ended).should.match({
        code: 'EZT_CLOSED',
        reason: 'closedKept',
        message: /is on disk and goes out later/,
      });
      should(queued()).equal(1);
    });

    it(`${when}, its PUBLISH unacknowledged and in memory: its error says that it is not sent later`, async () => {
      broker.on.publish = () => undefined;
      const started = await start(false);
      const ended = request(started);
      await broker.packet('publish');
      await end(started);
      (await ended).should.match({ code: 'EZT_CLOSED', reason: 'closed', message: /not on disk/ });
    });

    for (const onDisk of [true, false]) {
      it(`${when}, acknowledged (queue on ${onDisk ? 'disk' : 'memory'}): its error says that it was sent`, async () => {
        const started = await start(onDisk);
        const ended = request(started);
        await broker.packet('publish');
        await until(() => started.client.counters.acknowledged === 1, 2000, 'the acknowledgement');
        await end(started);
        (await ended).should.match({ code: 'EZT_CLOSED', reason: 'closedSent', message: /was sent/ });
        if (onDisk) await until(() => queued() === 0, 2000, 'the file to go');
      });
    }

    it(`${when}, acknowledged in that very moment: its error says that it was sent`, async () => {
      broker.on.publish = () => undefined;
      const started = await start(true);
      const ended = request(started);
      const { messageId = 0 } = await broker.packet('publish');
      const ending = end(started);
      broker.current.send({ cmd: 'puback', messageId });
      await ending;
      (await ended).reason.should.equal('closedSent');
      await until(() => queued() === 0, 2000, 'the file to go');
    });
  }

  describe('and for the SUBACK of its replies', () => {
    async function unanswered(expiry?: number) {
      const started = await start(false, expiry);
      await until(
        () => started.client.details().filters[formatTopic(KEY, '+', 'command_reply')] === 1,
        2000,
        'SUBACK',
      );
      broker.on.subscribe = () => undefined;
      listener = { ...listener, devices: [DEVICE], channels: ['command_reply', 'attributes'] };
      started.client.listen(listener);
      return started;
    }

    it('counts against the limit', async () => {
      const started = await unanswered();
      for (const id of [1, 2, 3]) void request(started, id);
      should(started.user.pending()).deepEqual({ queued: 3, commands: 3, held: 0 });
      (await request(started, 4)).code.should.equal('EZT_QUEUE_FULL');
    });

    it('expires in its time', async () => {
      const started = await unanswered(100);
      (await request(started)).code.should.equal('EZT_EXPIRED');
      should(started.user.pending()).deepEqual({ queued: 0, commands: 0, held: 0 });
      should(broker.packets('publish').length).equal(0);
    });

    it('goes out over the next connection when this one ends', async () => {
      const started = await unanswered();
      void request(started);
      await broker.packet('subscribe', 2);
      Reflect.deleteProperty(broker.on, 'subscribe');
      broker.current.destroy();
      should((await broker.packet('publish')).topic).equal(formatTopic(KEY, DEVICE, 'command_send'));
    });
  });
});
