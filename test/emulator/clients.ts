import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulator/emulator';

export interface Message {
  topic: string;
  payload: Buffer;
}

/** An MQTT client that remembers what it gets, so that a test can wait for it before or after it came. */
export interface TestClient extends MqttClient {
  next(topic: string, matches?: (payload: Buffer) => boolean): Promise<Buffer>;
  received: Message[];
}

export interface Bench {
  emulator: Emulator;
  /** `open/<projectKey>/<rest>` */
  topic(rest: string): string;
  application(options?: IClientOptions, endpoint?: string): Promise<TestClient>;
  device(username: string, options?: IClientOptions): Promise<TestClient>;
  tearDown(): Promise<void>;
}

/** An emulator on free ports, with a directory of its own, and clients that end with it. */
export async function setUp(options: EmulatorOptions = {}): Promise<Bench> {
  const directory = await mkdtemp(join(tmpdir(), 'emulator-'));
  const emulator = await startEmulator({
    port: 0,
    wssPort: 0,
    devicePort: 0,
    directory,
    builtIn: false,
    ...options,
  });
  const clients: MqttClient[] = [];

  const connect = async (endpoint: string, wanted: IClientOptions): Promise<TestClient> => {
    const client = await connectAsync(endpoint, { ca: emulator.ca, reconnectPeriod: 0, ...wanted });
    clients.push(client);
    return remember(client);
  };
  return {
    emulator,
    topic: (rest) => `open/${emulator.projectKey}/${rest}`,
    application: (wanted = {}, endpoint = emulator.endpoint) =>
      connect(endpoint, { username: emulator.projectKey, password: emulator.projectSecret, ...wanted }),
    device: (username, wanted = {}) =>
      connect(emulator.deviceEndpoint, { username, password: emulator.deviceSecret, ...wanted }),
    async tearDown() {
      for (const client of clients) client.end(true);
      await emulator.stop();
      await rm(directory, { recursive: true });
    },
  };
}

function remember(client: MqttClient): TestClient {
  const received: Message[] = [];
  const waiting = new Set<() => void>();
  client.on('message', (topic, payload) => {
    received.push({ topic, payload });
    for (const look of [...waiting]) look();
  });
  const next = (topic: string, matches: (payload: Buffer) => boolean = () => true): Promise<Buffer> =>
    new Promise((resolve) => {
      const look = (): void => {
        const at = received.findIndex((message) => message.topic === topic && matches(message.payload));
        const found = received[at];
        if (found === undefined) return;
        received.splice(at, 1);
        waiting.delete(look);
        resolve(found.payload);
      };
      waiting.add(look);
      look();
    });
  return Object.assign(client, { next, received });
}

export const closed = (client: MqttClient): Promise<void> =>
  new Promise((resolve) => client.once('close', resolve));

export const parse = (payload: Buffer): Record<string, unknown> => JSON.parse(payload.toString());
