import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulator/emulator';
import { temporaryDirectory } from './cleanup';
import { until } from './events';
import type { NodeRed } from './node-red';

/** An emulator of its own on free ports, whose devices report often and answer late soon. Stop it in `after`. */
export const startFastEmulator = (options: EmulatorOptions = {}): Promise<Emulator> =>
  startEmulator({
    port: 0,
    wssPort: 0,
    devicePort: 0,
    directory: temporaryDirectory('emulator'),
    interval: 200,
    tardyDelay: 300,
    ...options,
  });

/** What the examples' config node asks the environment for. */
export const environment = ({ endpoint, projectKey, projectSecret, caFile }: Emulator) => ({
  EZT_ENDPOINT: endpoint,
  EZT_PROJECT_KEY: projectKey,
  EZT_PROJECT_SECRET: projectSecret,
  EZT_CA_FILE: caFile,
});

/** Resolves when the project `config` of `red` holds `count` topic filters: a connection alone hears nothing yet. */
export const listening = (red: NodeRed, config: string, count: number): Promise<unknown> =>
  until(
    async () => {
      const response = await red.request(`/eztcloud/${config}/status`);
      const { filters = {} } = (await response.json()) as { filters?: object };
      return Object.keys(filters).length === count;
    },
    10_000,
    `${count} filters`,
  );

/** How many applications are connected to the emulator. */
export const connections = ({ brokers }: Emulator): number => [...brokers.applications.clients].length;
