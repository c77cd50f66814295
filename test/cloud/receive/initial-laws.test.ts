import fc from 'fast-check';
import should from 'should';
import { createDeviceMemory } from '../../../cloud/devices/device-memory';
import { topicParser } from '../../../cloud/protocol/topics';
import { createInbox } from '../../../cloud/receive/inbox';
import { createInitial } from '../../../cloud/receive/initial';
import type { Listener } from '../../../cloud/subscriptions/listener';
import { createListeners } from '../../../cloud/subscriptions/listeners';
import { createRouter } from '../../../cloud/subscriptions/router';
import type { Received } from '../../../cloud/transport/publish-packets';
import { turn } from '../send/settling';
import { createBroker } from '../subscriptions/broker';
import { receiver } from './receiver';

// What is known comes first, and received messages wait for it. Whatever else happens, they must not wait for ever.

/** Messages that the broker sends and are not acknowledged, at most. */
const WINDOW = 1_500;

/** The parts of a client that take messages, put together as in client.ts, and a broker that keeps what is not acknowledged. */
function taking(devices: number) {
  const memory = createDeviceMemory();
  for (let i = 0; i < devices; i += 1)
    memory.learn({ device: `DU_known_${i}`, channel: 'attributes' }, { t: i }, 1, true);
  let loaded: () => void = () => undefined;
  memory.loaded = new Promise((resolve) => {
    loaded = resolve;
  });
  const router = createRouter('PR_1', '');
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  let paused = false;
  const initial = createInitial({
    projectKey: 'PR_1',
    project: '',
    names: () => undefined,
    memory,
    paused: () => paused,
    onDone: () => inbox.catchUp(),
    onError,
  });
  const inbox = createInbox({
    project: '',
    parse: topicParser('PR_1'),
    router,
    subscriptions: { isDuplicate: () => false },
    memory,
    ownPushes: { of: () => undefined },
    replies: () => undefined,
    grouped: false,
    paused: () => paused || initial.pending,
    onError,
  });
  const subscriptions = { reconcile: () => Promise.resolve(), attach: () => Promise.resolve() };
  const listeners = createListeners(
    router,
    { ...subscriptions, held: new Map(), refused: new Map(), detach: () => false } as never,
    () => paused,
    initial,
  );

  /** Numbers of messages that the broker still holds, the unacknowledged ones first. */
  const held: number[] = [];
  let last = 0;
  let send: () => void = () => undefined;
  const all = receiver();
  const listenerOf = (flow: ReturnType<typeof receiver>): Listener => ({
    devices: [],
    channels: ['attributes'],
    streams: [],
    qos: 1,
    unshared: false,
    receiver: flow,
  });
  listeners.add(listenerOf(all));

  return {
    all,
    errors,
    loaded: () => loaded(),
    add: (flow: ReturnType<typeof receiver>) => {
      const listener = listenerOf(flow);
      listeners.add(listener);
      return () => listeners.remove(listener);
    },
    connect() {
      let reading = true;
      let sent = 0;
      const mine = {
        ...createBroker().connection,
        acknowledge({ packetId }: Received) {
          if (mine !== current) return; // the broker hears nothing of a connection that has ended
          if (packetId !== held.shift()) errors.push(new Error(`${packetId} is acknowledged out of order`));
          sent -= 1;
        },
        pauseReading() {
          reading = false;
        },
        resumeReading() {
          reading = true;
        },
      };
      current = mine;
      initial.connected();
      send = () => {
        for (; reading && sent < Math.min(WINDOW, held.length); ) {
          const packetId = held[sent] as number;
          sent += 1;
          const payload = Buffer.from(`{"n":${packetId}}`);
          const rest = {
            topic: 'open/PR_1/DU_1/attributes',
            qos: 1,
            retain: false,
            identifiers: [],
          } as const;
          inbox.receive(mine, { ...rest, payload, packetId });
        }
      };
      send();
    },
    publish(count: number) {
      for (let i = 0; i < count; i += 1) {
        last += 1;
        held.push(last);
      }
      send();
    },
    pause() {
      paused = true;
    },
    resume() {
      paused = false;
      listeners.catchUp();
      initial.resume();
      inbox.catchUp();
    },
    async turn() {
      await turn();
      send();
    },
    close() {
      initial.close();
      inbox.close();
    },
    /** Whether everything that was published has been handed over and acknowledged. */
    get settled() {
      return held.length === 0 && !initial.pending;
    },
    get last() {
      return last;
    },
  };
}
let current: unknown;

type Taking = ReturnType<typeof taking>;
type Step = (on: Taking, ends: (() => void)[]) => void | Promise<void>;
const named = (name: string, step: Step): Step => Object.assign(step, { [fc.toStringMethod]: () => name });

/** A node that asks for what is known; with its first message a flow may do something to the client. */
const addStep = fc
  .constantFrom('nothing', 'pauses', 'pauses and resumes', 'removes itself', 'replaces itself', 'throws')
  .map((does) =>
    named(`add: ${does}`, (on, ends) => {
      let first = true;
      const flow = receiver({
        initial: true,
        onMessage() {
          if (!first) return;
          first = false;
          if (does.startsWith('pauses')) on.pause();
          if (does.endsWith('resumes')) on.resume();
          if (does.endsWith('itself')) end();
          if (does.startsWith('replaces')) ends.push(on.add(receiver({ initial: true })));
          if (does === 'throws') throw new Error('on purpose');
        },
      });
      const end = on.add(flow);
      ends.push(end);
    }),
  );
const step: fc.Arbitrary<Step> = fc.oneof(
  addStep,
  fc.nat(9).map((n) => named(`remove ${n}`, (_, ends) => ends.splice(n % (ends.length || 1), 1)[0]?.())),
  fc.constantFrom(1, 3, 400, 1_100).map((n) => named(`publish ${n}`, (on) => on.publish(n))),
  fc.constant(named('turn', (on) => on.turn())),
  fc.constant(named('pause', (on) => on.pause())),
  fc.constant(named('resume', (on) => on.resume())),
  fc.constant(named('connect', (on) => on.connect())),
  fc.constant(named('loaded', (on) => on.loaded())),
);

describe('received messages and what is known', () => {
  it('whatever happens, in the end all are handed over and acknowledged, each once in order on a connection', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.constantFrom(0, 3, 1_200),
        async (steps, known) => {
          const on = taking(known);
          const ends: (() => void)[] = [];
          on.connect();
          for (const happens of steps) await happens(on, ends);
          on.publish(1);
          on.loaded();
          // A flow may pause once more when it is told, and a slice of what is known takes a turn.
          for (let i = 0; i < 400 && !on.settled; i += 1) {
            await on.turn();
            if (i % 10 === 0) on.resume();
          }
          should(on.settled).be.true();
          const numbers = on.all.messages.map(({ payload }) => (payload as { n: number }).n);
          let next = 1;
          for (const n of numbers) {
            should(n).be.belowOrEqual(next); // none is skipped; after a new connection some come again
            next = Math.max(next, n + 1);
          }
          should(next).equal(on.last + 1);
          should(on.errors.every((error) => /on purpose/.test(String(error)))).be.true();
          on.close();
          on.publish(5);
          await turn();
          should(on.all.messages.length).equal(numbers.length);
        },
      ),
      { numRuns: 150 },
    );
  }).timeout(60_000);
});
