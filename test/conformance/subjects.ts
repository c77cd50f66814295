import { startFastEmulator } from '../support/emulator';
import { find } from '../support/machine';
import { startMosquitto } from '../support/mosquitto';
import { namedBroker } from '../support/named-broker';
import type { Subject } from './lab';

export type Running = Subject & { stop(): Promise<void> };

export async function emulatorSubject(): Promise<Running> {
  const emulator = await startFastEmulator({ builtIn: false });
  const { endpoint, ca, projectKey, projectSecret, deviceEndpoint, deviceSecret } = emulator;
  return {
    name: 'emulator',
    endpoint,
    ca,
    key: projectKey,
    secret: projectSecret,
    device: { endpoint: deviceEndpoint, username: 'DU_conformed1', secret: deviceSecret },
    admin: emulator.brokers.applications,
    stop: emulator.stop,
  };
}

/** mosquitto, where it is installed: to see where it differs from the platform's broker. */
export async function mosquittoSubject(): Promise<Running | undefined> {
  if (!find('mosquitto')) return undefined;
  const { endpoint, ca, key, secret, stop } = await startMosquitto();
  return { name: 'mosquitto', endpoint, ca, key, secret, stop };
}

/** The broker that `EZT_BROKER_URL` names. */
export function namedSubject(): Running | undefined {
  const named = namedBroker();
  return named && { name: new URL(named.endpoint).host, ...named, stop: async () => undefined };
}
