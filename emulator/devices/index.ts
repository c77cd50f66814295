import type { Platform } from '../platform';
import { camera } from './camera';
import { play } from './device';
import { modbusGateway } from './modbus-gateway';
import { thermostat } from './thermostat';
import { silent, tardy } from './timeouts';

/** Starts the built-in devices; returns what stops them. Both times in milliseconds. */
export function playBuiltIn(platform: Platform, interval: number, tardyDelay: number): () => void {
  const stops = [thermostat, modbusGateway, camera, silent, tardy(tardyDelay)].map((kind) =>
    play(platform, kind, interval),
  );
  return () => {
    for (const stop of stops) stop();
  };
}

export { playCrowd } from './crowd';
