import type { Platform } from '../platform';
import { camera } from './camera';
import { type Kind, play } from './device';
import { type FleetOptions, fleetDevice } from './fleet';
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

function playAll(platform: Platform, kinds: readonly Kind[], interval: number): () => void {
  const stops = kinds.map((kind) => play(platform, kind, interval));
  return () => {
    for (const stop of stops) stop();
  };
}

export { playCrowd } from './crowd';
