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

/** Messages that the broker sends and are not acknowledged, at most. */
const WINDOW = 1_500;

/** The parts of a client that take messages, put together as in client.ts, and a broker that keeps what is not acknowledged. */
export function taking(devices: number) {
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
  let current: unknown;
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
    recent: { note: () => undefined },
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
    get paused() {
      return paused;
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
