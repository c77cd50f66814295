import type { Platform } from '../platform';
import { camera } from './camera';
import { type Kind, play } from './device';
import { type FleetOptions, fleetDevice, fleetUsername } from './fleet';
import { flapper, quiet, sleeper } from './interruptions';
import { modbusGateway } from './modbus-gateway';
import { thermostat } from './thermostat';
import { second, silent, tardy } from './timeouts';

/** Starts the built-in devices; returns what stops them. Both times in milliseconds. */
export const playBuiltIn = (platform: Platform, interval: number, tardyDelay: number): (() => void) =>
  playAll(
    platform,
    [thermostat, modbusGateway, camera, silent, tardy(tardyDelay), second, quiet, flapper, sleeper],
    interval,
  );

/** Starts `count` devices that answer commands after random delays; returns what stops them. */
export const playFleet = (
  platform: Platform,
  count: number,
  options: FleetOptions,
  interval: number,
): (() => void) =>
  playAll(
    platform,
    Array.from({ length: count }, (_, i) => fleetDevice(i + 1, options)),
    interval,
  );

/**
 * The same fleet, but each device comes online only when `wake` names it. Whoever does not use it does not see it.
 */
export function playFleetOnDemand(
  platform: Platform,
  count: number,
  options: FleetOptions,
  interval: number,
): { wake(username: string): void; stop(): void } {
  const asleep = new Map(Array.from({ length: count }, (_, i) => [fleetUsername(i + 1), i + 1]));
  const stops: (() => void)[] = [];
  return {
    wake(username) {
      const number = asleep.get(username);
      if (number === undefined || !asleep.delete(username)) return;
      stops.push(play(platform, fleetDevice(number, options), interval));
    },
    stop() {
      asleep.clear();
      for (const stop of stops) stop();
    },
  };
}

function playAll(platform: Platform, kinds: readonly Kind[], interval: number): () => void {
  const stops = kinds.map((kind) => play(platform, kind, interval));
  return () => {
    for (const stop of stops) stop();
  };
}

export { playCrowd } from './crowd';
