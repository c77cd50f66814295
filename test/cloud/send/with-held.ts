import type { EztError } from '../../../cloud/protocol/errors';
import {
  createHeldCommands,
  type HeldCommands,
  type HeldOptions,
  HOLD_ON,
  type SendHeld,
} from '../../../cloud/send/held-commands';
import type { HeldStore, RestoredCommand } from '../../../cloud/send/held-store';
import { type Clock, stopClock } from './clock';
import { turn } from './settling';

/** A command that waits for its turn until it is called: then it is sent if DU_1 is online, else held on. */
export interface Waits {
  send: SendHeld<string>;
  call(error?: EztError): Promise<void>;
}

/** Gives each test of the suite a stopped clock and what its held commands did. A name's first letter is the method. */
export function withHeld() {
  const owner = {};
  const world = {
    clock: undefined as unknown as Clock,
    /** By the device that is listened to. */
    heard: new Map<string, () => void>(),
    /** Names, in the order in which they went to the broker. */
    sent: [] as string[],
    errors: [] as unknown[],
    online: new Set<string>(),
  };
  beforeEach(() => {
    Object.assign(world, { clock: stopClock(), heard: new Map(), sent: [], errors: [], online: new Set() });
  });
  afterEach(() => world.clock.restore());

  const create = (more: Partial<HeldOptions> = {}) =>
    createHeldCommands({
      limit: 3,
      isOffline: (device) => !world.online.has(device),
      listen(device, listener) {
        world.heard.set(device, listener);
        return () => void world.heard.delete(device);
      },
      async send({ payload }, onSent) {
        world.sent.push(String(payload));
        onSent();
      },
      store: undefined,
      onError: (error) => world.errors.push(error),
      ...more,
    });

  const sendAtOnce =
    (name: string): SendHeld<string> =>
    async (onSent) => {
      world.sent.push(name);
      onSent();
      return name;
    };

  function hold(
    held: HeldCommands,
    name: string,
    more: { device?: string; replaces?: boolean; by?: object; send?: SendHeld<string> } = {},
  ) {
    const { device = 'DU_1', replaces = false, by = owner, send = sendAtOnce(name) } = more;
    const message = {
      topic: `open/PR_1/${device}/command_send`,
      payload: Buffer.from(name),
      qos: 1 as const,
    };
    const command = { device, method: name.slice(0, 1), message, holdFor: 1000, replaces };
    return held.hold(command, send, by);
  }

  function waitsForTurn(name: string): Waits {
    const waiting = new Set<(error?: EztError) => void>();
    return {
      send: (onSent) =>
        new Promise((resolve, reject) => {
          waiting.add((error) => {
            if (error) reject(error);
            else resolve(world.online.has('DU_1') ? sendAtOnce(name)(onSent) : HOLD_ON);
          });
        }),
      async call(error) {
        for (const each of waiting) each(error);
        waiting.clear();
        await turn();
        await turn();
      },
    };
  }

  return { world, owner, create, hold, waitsForTurn };
}

/** A store in memory; `stored` has what is on disk. */
export function storeOf(stored: Map<string, string>, restored: RestoredCommand[] = []) {
  let writes = 0;
  let fail: Error | undefined;
  const store: HeldStore = {
    keeps: true,
    open(to) {
      to(restored);
      return undefined;
    },
    async write(messages, _accepted, _lifetime, wanted) {
      await turn();
      if (fail) throw fail;
      if (!wanted()) return [];
      writes += 1;
      stored.set(`file ${writes}`, String(messages[0]?.payload));
      return [`file ${writes}`];
    },
    remove: (file) => void stored.delete(file),
    written: turn,
    close: turn,
  };
  return {
    store,
    breakDown(error: Error) {
      fail = error;
    },
  };
}

/** A command that an earlier process left on disk. */
export const left = (name: string, more: Partial<RestoredCommand> = {}): RestoredCommand => ({
  device: 'DU_1',
  method: name.slice(0, 1),
  message: { topic: 't', payload: Buffer.from(name), qos: 1 },
  file: `old ${name}`,
  left: 500,
  ...more,
});
