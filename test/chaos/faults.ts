import { setTimeout as pause } from 'node:timers/promises';
import type { DeployType } from '../support/flows';
import type { Mosquitto } from '../support/mosquitto';
import type { TcpProxy } from '../support/proxy';

/** What faults are done to. */
export interface Environment {
  /** Only a broker of our own can be killed. */
  broker?: Pick<Mosquitto, 'kill' | 'restart'>;
  proxy: TcpProxy;
  deploy(type: DeployType): Promise<void>;
  /** Stops Node-RED with `signal`, stays away for `away` ms, starts it again. */
  restartNodeRed(signal: NodeJS.Signals, away: number): Promise<void>;
}

/** One way to fail, from its beginning to its being healed; `random` is in [0, 1). */
export type Fault = (environment: Environment, random: () => number) => Promise<void>;

export const FAULTS: Readonly<Record<string, Fault>> = {
  'no fault': (_, random) => pause(500 + 1000 * random()),
  'broker restart': async ({ broker }, random) => {
    await broker?.kill('SIGTERM');
    await pause(200 + 1500 * random());
    await broker?.restart();
  },
  'broker SIGKILL': async ({ broker }, random) => {
    await broker?.kill('SIGKILL');
    await pause(200 + 1500 * random());
    await broker?.restart();
  },
  'TCP cut': async ({ proxy }, random) => {
    for (let i = 0; i < 3; i += 1) {
      proxy.cut();
      await pause(500 * random());
    }
  },
  'connection refused': async ({ proxy }, random) => {
    await proxy.refuse(true);
    proxy.cut();
    await pause(500 + 2000 * random());
    await proxy.refuse(false);
  },
  blackhole: async ({ proxy }, random) => {
    proxy.blackhole(true);
    await pause(1000 + 5000 * random()); // the keepalive of 3 s notices after 4.5 s, or not at all
    proxy.blackhole(false);
  },
  'slow link': async ({ proxy }, random) => {
    proxy.slow(3000 + 20_000 * random());
    await pause(3000);
    proxy.slow(0);
  },
  'deploy full': ({ deploy }) => deploy('full'),
  'deploy flows': ({ deploy }) => deploy('flows'),
  'deploy nodes': ({ deploy }) => deploy('nodes'),
  SIGTERM: ({ restartNodeRed }, random) => restartNodeRed('SIGTERM', 1000 * random()),
  SIGKILL: ({ restartNodeRed }, random) => restartNodeRed('SIGKILL', 1000 * random()),
  'SIGKILL while offline': async ({ proxy, restartNodeRed }, random) => {
    await proxy.refuse(true);
    proxy.cut();
    await pause(500 + 500 * random());
    await restartNodeRed('SIGKILL', 0);
    await proxy.refuse(false);
  },
};

/** What is left out where the broker is not ours. */
export const BROKER_FAULTS: readonly string[] = ['broker restart', 'broker SIGKILL'];

/** Random numbers in [0, 1) that a seed repeats (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Endless rounds of all faults, each round in an order of its own. */
export function* rounds(random: () => number): Generator<string, never> {
  for (;;) {
    const names = Object.keys(FAULTS);
    while (names.length > 0) {
      const [name] = names.splice(Math.floor(random() * names.length), 1);
      if (name !== undefined) yield name;
    }
  }
}
