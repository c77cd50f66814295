import { resolve } from 'node:path';
import { type AlarmRule, DEFAULT_ALARMS } from './alarms';
import { createApplicationSide } from './application-side';
import type { Broker } from './broker';
import { PROJECT_KEY } from './child-messages';
import { createDeviceSide } from './device-side';
import { playBuiltIn, playCrowd, playFleet, playFleetOnDemand } from './devices';
import { type Listener, listenTls, listenWss } from './listeners';
import type { BrokerSettings } from './mqtt/settings';
import { createPlatform } from './platform';
import { openAuthority, openSecrets } from './project';

export interface EmulatorOptions {
  /** Address to listen on. Default 127.0.0.1. */
  host?: string;
  /** MQTT over TLS, for applications. Default 7885; 0, here and below: any that is free. */
  port?: number;
  /** MQTT over secure WebSocket, for applications, path `/mqtt`. Default 7886. */
  wssPort?: number;
  /** MQTT over TLS, for devices. Default 8885. */
  devicePort?: number;
  /** Default `PR_emulator01`. */
  projectKey?: string;
  /** Default: made at random at the first start, and kept in `directory`; the same with `deviceSecret`. */
  projectSecret?: string;
  /** Says which secrets are right, instead of `projectSecret`. Then no secret is made or kept, and there is no port for devices. */
  isSecret?(typed: string): boolean;
  deviceSecret?: string;
  /** Where the certificate authority and the secrets are kept. Default `.emulator`. */
  directory?: string;
  /** Whether the built-in devices run. Default true. */
  builtIn?: boolean;
  /** Milliseconds between their reports. Default 2000. */
  interval?: number;
  /** Milliseconds until `DU_tardy00001` answers. Default 15,000, which is later than a command waits by default. */
  tardyDelay?: number;
  /** Further devices that only report. Default 0. */
  devices?: number;
  /** Reports per second of each of them. Default 1. */
  rate?: number;
  /** Devices `DU_fleet00001` … that answer commands after random delays. Default 0. */
  fleet?: number;
  /** Whether each of them comes online only when an application first sends it something. Default false. */
  fleetOnDemand?: boolean;
  /** Milliseconds within which all but the slow 2 % of them answer. Default 1000; the slow ones take up to 8 times that. */
  fleetDelay?: number;
  /** What their delays are drawn from. Default 1. */
  fleetSeed?: number;
  /** Default: `temperature` above 30, or above the attribute `threshold` of the device. */
  alarms?: readonly AlarmRule[];
  /** Of both brokers, where they are to differ from an EMQX that nobody has configured. */
  broker?: Partial<BrokerSettings>;
}

export interface Emulator {
  /** The three as the console shows them; `wssEndpoint` without the path. */
  endpoint: string;
  wssEndpoint: string;
  deviceEndpoint: string;
  /** Those of the first two. */
  port: number;
  wssPort: number;
  projectKey: string;
  projectSecret: string;
  deviceSecret: string;
  /** The certificate authority to trust, PEM, and the file that holds it. */
  ca: string;
  caFile: string;
  /** Usernames of the devices that came with the emulator. */
  devices: string[];
  /** The two brokers, for tests to look into. */
  brokers: { applications: Broker; devices: Broker };
  /** Cuts connections of applications, as a failing network does: all, or those whose client id is chosen. */
  drop(chosen?: (clientId: string) => boolean): void;
  /** Ends everything, at the latest after two seconds whatever the clients do. */
  stop(): Promise<void>;
}

const NO_SECRETS = { projectSecret: '', deviceSecret: '' };
/** Milliseconds for clients to take the DISCONNECT before their connections are cut. */
const GRACE = 500;

/** EZtCloud on a laptop. Rejects with Node's error (`EADDRINUSE` and the port) when it cannot listen. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { host = '127.0.0.1', port = 7885, wssPort = 7886, devicePort = 8885 } = options;
  const { builtIn = true, interval = 2000, tardyDelay = 15_000, devices = 0, rate = 1 } = options;
  const { fleet = 0, fleetDelay = 1000, fleetSeed = 1 } = options;
  const directory = resolve(options.directory ?? '.emulator');
  const { authority, caFile } = await openAuthority(directory);
  const kept = options.isSecret ? NO_SECRETS : await openSecrets(directory);
  const projectKey = options.projectKey ?? PROJECT_KEY;
  const projectSecret = options.projectSecret ?? kept.projectSecret;
  const deviceSecret = options.deviceSecret ?? kept.deviceSecret;

  let wake = (_username: string): void => undefined;
  const platform = createPlatform(projectKey, options.alarms ?? DEFAULT_ALARMS, (topic, payload) =>
    applications.publish(topic, payload, 1),
  );
  const isSecret = options.isSecret ?? ((typed) => typed === projectSecret);
  const received = (topic: string, payload: Buffer): void => {
    wake(topic.split('/')[2] ?? '');
    platform.fromApplication(topic, payload);
  };
  const applications = createApplicationSide({ projectKey, isSecret }, received, options.broker);
  const brokers = { applications, devices: createDeviceSide(deviceSecret, platform, options.broker) };

  const certificate = await authority.issue({ names: ['localhost', '127.0.0.1', '::1', host] });
  const listeners: Listener[] = [];
  const players: (() => void)[] = [];

  const stop = async (): Promise<void> => {
    for (const stopPlaying of players.splice(0)) stopPlaying();
    const closed = Promise.all(listeners.map((listener) => listener.close()));
    const cut = (): void => {
      for (const listener of listeners) listener.cut();
    };
    const timer = setTimeout(cut, GRACE);
    await Promise.all([brokers.applications.close(), brokers.devices.close()]);
    clearTimeout(timer);
    cut();
    await closed;
  };

  const common = { host, certificate };
  try {
    listeners.push(await listenTls({ ...common, port, handle: applications.handle }));
    listeners.push(await listenWss({ ...common, port: wssPort, handle: applications.handle }));
    if (!options.isSecret)
      listeners.push(await listenTls({ ...common, port: devicePort, handle: brokers.devices.handle }));
  } catch (error) {
    await stop();
    throw error;
  }
  if (builtIn) players.push(playBuiltIn(platform, interval, tardyDelay));
  const delays = { delay: fleetDelay, seed: fleetSeed };
  if (options.fleetOnDemand) {
    const lamps = playFleetOnDemand(platform, fleet, delays, interval);
    players.push(lamps.stop);
    wake = lamps.wake;
  } else if (fleet > 0) players.push(playFleet(platform, fleet, delays, interval));
  if (devices > 0) players.push(playCrowd(platform, devices, rate));

  const [tls = 0, wss = 0, device] = listeners.map((listener) => listener.port);
  return {
    endpoint: `mqtts://localhost:${tls}`,
    wssEndpoint: `wss://localhost:${wss}`,
    deviceEndpoint: device === undefined ? '' : `mqtts://localhost:${device}`,
    port: tls,
    wssPort: wss,
    projectKey,
    projectSecret,
    deviceSecret,
    ca: authority.ca,
    caFile,
    devices: platform.devices(),
    brokers,
    drop(chosen = () => true) {
      for (const client of applications.clients) if (chosen(client.id)) client.destroy();
    },
    stop,
  };
}
