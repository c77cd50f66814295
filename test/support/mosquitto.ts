import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { connectAsync, type MqttClient } from 'mqtt';
import { createAuthority } from '../../emulator/certificates';
import { exited, killAtEnd, temporaryDirectory, terminate } from './cleanup';
import { type Action, allow, deny, setPassword } from './dynsec';
import { until } from './events';
import { path } from './machine';
import { type MosquittoOptions, mosquittoConfig, type Ports, writeFiles } from './mosquitto-config';
import { freePort } from './ports';

export type { MosquittoOptions } from './mosquitto-config';

/** A real mosquitto over TLS, with the platform's access rules. */
export interface Mosquitto {
  /** `mqtts://127.0.0.1:port` and `wss://127.0.0.1:port`. The ports stay the same over `restart`. */
  readonly endpoint: string;
  readonly wssEndpoint: string;
  readonly ports: Readonly<Ports>;
  /** PEM of the authority that the server's certificate is from. */
  readonly ca: string;
  readonly key: string;
  readonly secret: string;
  /** Mosquitto's log since the first start. */
  readonly log: readonly string[];
  /** CONNECTs of the project user: accepted so far, refused so far, and client ids connected now (from the log). */
  readonly accepted: number;
  readonly refused: number;
  readonly clients: ReadonlySet<string>;
  /** TCP connections to the two TLS listeners that are established now, whoever holds them (Linux only). */
  connections(): number;
  /**
   * When the broker had last saved what it keeps over `restart`, ms since the epoch. It does nothing else meanwhile, so all that it
   * has acknowledged before is saved.
   */
  saved(): number;
  /** Ends the process with `signal`, SIGKILL by default, and waits for that. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same ports; one that still runs is stopped before (SIGTERM). */
  restart(): Promise<void>;
  /** The end: closes the platform's clients and stops the process. */
  stop(): Promise<void>;
  /** Another secret for the project user, from now on. Mosquitto disconnects his clients. */
  setSecret(secret: string): Promise<void>;
  /** Forbids the project user something that the rules allow, and takes that back. Mosquitto disconnects his clients. */
  deny(action: Action, filter: string): Promise<void>;
  allow(action: Action, filter: string): Promise<void>;
  /** A connected MQTT 5 client that may do everything; use it to play the devices and to observe. */
  platform(): Promise<MqttClient>;
}

/** Starts mosquitto on free ports of the loopback; resolves when it listens. */
export async function startMosquitto(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const program = path('mosquitto');
  const directory = temporaryDirectory('mosquitto');
  const authority = options.authority ?? (await createAuthority('laboratory'));
  // Suites that run here while others run on a broker that is named have that one's topics.
  const key = options.key ?? (process.env.EZT_BROKER_KEY || 'PR_laboratory');
  let secret = options.secret ?? 'correct-horse-battery';
  const password = randomBytes(12).toString('hex');
  await writeFiles(directory, authority, { key, secret }, password, options.certificate);

  const log: string[] = [];
  const clients = new Set<string>();
  const counts = { accepted: 0, refused: 0 };
  const platforms = new Set<MqttClient>();
  let child: ChildProcess | undefined;

  const read = (line: string) => {
    log.push(line);
    const arrival = /New client connected from \S+ as (.+) \(p\d, c\d, k\d+, u'(.*)'\)/.exec(line);
    const departure =
      /Client (.+?) (?:been disconnected|disconnected|closed its|has exceeded|already connected)/.exec(line);
    if (departure?.[1] !== undefined) clients.delete(departure[1]);
    if (line.includes('disconnected, not authorised')) counts.refused += 1;
    if (arrival?.[1] === undefined || arrival[2] !== key) return;
    counts.accepted += 1;
    clients.add(arrival[1]);
  };

  async function start(ports: Ports): Promise<void> {
    const config = join(directory, 'mosquitto.conf');
    writeFileSync(config, mosquittoConfig(directory, ports, options));
    const first = log.length;
    const process = killAtEnd(spawn(program, ['-c', config], { stdio: ['ignore', 'ignore', 'pipe'] }));
    child = process;
    let failure: Error | undefined;
    process.once('error', (error) => {
      failure = error;
    });
    process.once('close', () => {
      clients.clear();
      failure ??= new Error(`mosquitto ended: ${log.slice(first).join('\n')}`);
    });
    createInterface(process.stderr).on('line', read);
    const running = () => failure !== undefined || log.slice(first).some((line) => / running$/.test(line));
    await until(running, 10_000, 'mosquitto to listen');
    if (failure) throw failure;
  }

  const ports = await withPorts(start);

  async function platform(): Promise<MqttClient> {
    const client = await connectAsync(`mqtt://127.0.0.1:${ports.platform}`, {
      protocolVersion: 5,
      username: 'platform',
      password,
      reconnectPeriod: 100,
    });
    platforms.add(client);
    client.on('error', () => client.connected); // it reconnects by itself
    return client;
  }

  async function asPlatform(action: (client: MqttClient) => Promise<void>): Promise<void> {
    const client = await platform();
    try {
      await action(client);
    } finally {
      platforms.delete(client);
      await client.endAsync(true);
    }
  }

  async function kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (!child) return;
    await terminate(child, signal);
    await exited(child);
    child = undefined;
  }

  return {
    endpoint: `mqtts://127.0.0.1:${ports.mqtts}`,
    wssEndpoint: `wss://127.0.0.1:${ports.wss}`,
    ports,
    ca: authority.ca,
    key,
    get secret() {
      return secret;
    },
    log,
    clients,
    get accepted() {
      return counts.accepted;
    },
    get refused() {
      return counts.refused;
    },
    connections: () => established([ports.mqtts, ports.wss]),
    saved() {
      const file = join(directory, 'mosquitto.db');
      return existsSync(file) ? statSync(file).mtimeMs : 0;
    },
    kill,
    async restart() {
      await kill('SIGTERM');
      await start(ports);
    },
    async stop() {
      await Promise.all([...platforms].map((client) => client.endAsync(true)));
      platforms.clear();
      await kill('SIGTERM');
    },
    async setSecret(next) {
      await asPlatform((client) => setPassword(client, key, next));
      secret = next;
    },
    deny: (action, filter) => asPlatform((client) => deny(client, action, filter)),
    allow: (action, filter) => asPlatform((client) => allow(client, action, filter)),
    platform,
  };
}

/** Starts on free ports; again on others if someone else was quicker. */
async function withPorts(start: (ports: Ports) => Promise<void>, attempts = 3): Promise<Ports> {
  const [mqtts, wss, platform] = await Promise.all([freePort(), freePort(), freePort()]);
  const ports = { mqtts, wss, platform };
  try {
    await start(ports);
    return ports;
  } catch (error) {
    if (attempts <= 1 || !String(error).includes('Address already in use')) throw error;
    return withPorts(start, attempts - 1);
  }
}

/** Established TCP connections whose server side is one of `ports` of this machine. */
function established(ports: number[]): number {
  const local = new Set(ports.map((port) => port.toString(16).toUpperCase().padStart(4, '0')));
  return ['/proc/net/tcp', '/proc/net/tcp6']
    .flatMap((file) => readFileSync(file, 'utf8').split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, address, , state]) => state === '01' && local.has(address?.split(':')[1] ?? '')).length;
}
