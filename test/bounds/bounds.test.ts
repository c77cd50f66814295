import should from 'should';
import { createDeviceMemory } from '../../cloud/devices/device-memory';
import { seenDevices } from '../../cloud/devices/seen-devices';
import { decodeJson } from '../../cloud/protocol/json';
import { topicParser } from '../../cloud/protocol/topics';
import { createInbox } from '../../cloud/receive/inbox';
import { createCommands } from '../../cloud/send/commands';
import { createOutbox } from '../../cloud/send/outbox';
import { createRouter } from '../../cloud/subscriptions/router';
import { type Clock, stopClock } from '../cloud/send/clock';
import { fakeConnection } from '../cloud/send/fake-connection';
import { turn } from '../cloud/send/settling';
import { recordingListener } from '../cloud/transport/harness';
import { figure, inMB, MB, used } from './heap';

const HOUR = 3_600_000;
const PER_SECOND = 100;
const TEN = Array.from({ length: 10 }, (_, i) => `attribute${i}`);

describe('bounds', function () {
  this.timeout(60_000);

  describe('an outage of an hour at 100 messages per second (case 56)', () => {
    let clock: Clock;
    beforeEach(() => {
      clock = stopClock();
    });
    afterEach(() => clock.restore());

    for (const limit of [1000, 10_000]) {
      it(`grows the heap by 50 MB at most and settles everything, with a limit of ${limit}`, async function () {
        const outbox = createOutbox({ limit, expiry: 60_000, rate: 0 });
        outbox.attach(fakeConnection());
        outbox.detach();
        const codes: Record<string, number> = {};
        const count = (code: string) => {
          codes[code] = (codes[code] ?? 0) + 1;
        };
        const before = used();
        let highest = 0;
        for (let second = 0; second < HOUR / 1000; second += 1) {
          for (let i = 0; i < PER_SECOND; i += 1) {
            const payload = Buffer.from(JSON.stringify({ temperature: 21.5, second, i }));
            outbox.add([{ topic: 'open/PR_1/DU_1/attributes_push', payload, qos: 1 }]).then(
              () => count('done'),
              (error: { code: string }) => count(error.code),
            );
          }
          clock.pass(1000);
          await turn();
          if (second % 300 === 299) highest = Math.max(highest, used());
        }
        const waiting = outbox.size();
        const connection = fakeConnection();
        outbox.attach(connection);
        connection.acknowledge(waiting);
        await turn();
        should(outbox.size()).equal(0);
        should(Object.values(codes).reduce((a, b) => a + b)).equal((HOUR / 1000) * PER_SECOND);
        should(codes.done).equal(waiting);
        should(Object.keys(codes).sort()).deepEqual(
          limit === 1000 ? ['EZT_EXPIRED', 'EZT_QUEUE_FULL', 'done'] : ['EZT_EXPIRED', 'done'],
        );
        should(highest - before).be.below(50 * MB);
        figure(this, `${inMB(highest - before)}, ${JSON.stringify(codes)}`);
      });
    }
  });

  it('200,000 devices with 10 attributes each: the last 100,000 are remembered', function () {
    const devices = createDeviceMemory();
    const before = used();
    for (let i = 0; i < 200_000; i += 1) {
      const device = `DU_${String(i).padStart(10, '0')}`;
      const payload = Buffer.from(JSON.stringify(Object.fromEntries(TEN.map((name) => [name, i + 0.5]))));
      devices.learn({ device, channel: 'attributes' }, decodeJson(payload), i, true);
    }
    const grown = used() - before;
    should(devices.size).equal(100_000);
    should(devices.get('DU_0000100000')?.attributes.get('attribute9')?.value).equal(100_000.5);
    should(seenDevices(devices)[0]?.device).equal('DU_0000199999');
    should(grown / devices.size).be.below(700);
    figure(this, `${Math.round(grown / devices.size)} bytes per device`);
  });

  it('100,000 hostile devices with long names and values: some 128 MB are remembered', function () {
    const devices = createDeviceMemory();
    const before = used();
    let unique = 0;
    const name = () => {
      unique += 1;
      return String(unique).padStart(128, 'x');
    };
    for (let i = 0; i < 100_000; i += 1) {
      const device = `DU_${i}`;
      const text = JSON.stringify({ [name()]: name().repeat(30), [name()]: [name(), { [name()]: i }] });
      devices.learn({ device, channel: 'attributes' }, decodeJson(Buffer.from(text)), i, true);
      devices.learn({ device, channel: 'data', stream: name() }, undefined, i, true);
      devices.learn({ device, channel: 'event_report' }, { method: name() }, i, true);
    }
    const grown = used() - before;
    should(devices.size).equal(100_000);
    should(devices.get('DU_0')?.events.length).equal(1);
    should(devices.get('DU_99999')?.attributes.size).equal(0);
    should(grown).be.below(250 * MB);
    // Whoever is forgotten makes room.
    for (let i = 0; i < 1000; i += 1)
      devices.learn({ device: `new ${i}`, channel: 'attributes' }, { text: 'x'.repeat(100) }, 100_000, true);
    should(devices.get('new 999')?.attributes.get('text')?.value).equal('x'.repeat(100));
    figure(this, inMB(grown));
  });

  it('1,000,000 commands with ids that flows bring: the last 100,000 ids at most are remembered', function () {
    const commands = createCommands();
    const before = used();
    for (let id = 1; id <= 1_000_000; id += 1) commands.idFor('DU_1', id);
    const grown = used() - before;
    should(commands.idFor('DU_1')).be.above(0);
    should(grown).be.below(8 * MB);
    figure(this, inMB(grown));
  });

  it('in the midst of a deploy reading stops after 1,000 messages; what comes all the same is kept, nothing is dropped', () => {
    const router = createRouter('PR_1', '');
    let heard = 0;
    router.add(
      recordingListener({ channels: ['data'] }, () => {
        heard += 1;
      }),
    );
    const acknowledged: number[] = [];
    const connection = {
      publish: () => undefined,
      subscribe: () => Promise.resolve([]),
      unsubscribe: () => Promise.resolve([]),
      acknowledge: ({ packetId }: { packetId: number }) => acknowledged.push(packetId),
      pauseReading: () => reading.push(false),
      resumeReading: () => reading.push(true),
      close: () => Promise.resolve(),
    };
    const reading: boolean[] = [];
    let paused = true;
    const inbox = createInbox({
      project: '',
      parse: topicParser('PR_1'),
      router,
      subscriptions: { isDuplicate: () => false },
      memory: createDeviceMemory(),
      recent: { note: () => undefined },
      ownPushes: { of: () => undefined },
      replies: () => undefined,
      grouped: false,
      paused: () => paused,
      onError: (error) => {
        throw error;
      },
    });
    for (let packetId = 1; packetId <= 1_100; packetId += 1) {
      should(reading).deepEqual(packetId > 1_000 ? [false] : []);
      inbox.receive(connection, {
        topic: 'open/PR_1/DU_1/data/s',
        payload: Buffer.from('x'),
        qos: 0,
        retain: false,
        identifiers: [],
        packetId,
      });
    }
    should([acknowledged, reading]).deepEqual([[], [false]]);
    paused = false;
    inbox.catchUp();
    should(reading).deepEqual([false, true]);
    should(heard).equal(1_100);
  });
});
