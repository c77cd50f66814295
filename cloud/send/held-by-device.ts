import type { EztError } from '../protocol/errors';
import { createOwnerCounts } from './owner-counts';

/** A command that is held for a device. */
export interface Held {
  readonly device: string;
  readonly method: string;
  /** Milliseconds that it may be held. */
  readonly holdFor: number;
  /** On the clock that counts sleep. */
  readonly expires: number;
  /** `undefined` when nobody waits for its outcome. */
  owner: object | undefined;
  /** Its file name, while it is on disk. */
  file: string | undefined;
  timer: NodeJS.Timeout | undefined;
  /** The device has been heard: sends the command. */
  send(): void;
  /** `undefined`: replaced. */
  end(error: EztError | undefined): void;
  /** Nobody waits for it any more. What is on disk is held on. */
  close(): void;
}

/** The held commands of each device, in order. While there are any, the device is listened to. */
export interface HeldByDevice {
  /** `first`: before the others of its device. */
  add(held: Held, first: boolean): void;
  /** Returns whether it was there. */
  remove(held: Held): boolean;
  has(held: Held): boolean;
  of(device: string): Held[];
  ofOwner(owner: object): Held[];
  all(): Held[];
  /** It goes on without its owner. */
  disown(held: Held): void;
  size(owner?: object): number;
}

interface OfDevice {
  held: Set<Held>;
  stopListening(): void;
}

/** `listen`: begins to listen to a device; returns how to stop that. */
export function createHeldByDevice(listen: (device: string) => () => void): HeldByDevice {
  const devices = new Map<string, OfDevice>();
  const counts = createOwnerCounts();
  let size = 0;

  const all = () => [...devices.values()].flatMap(({ held }) => [...held]);
  return {
    add(held, first) {
      const { device, owner } = held;
      const ofDevice = devices.get(device) ?? { held: new Set(), stopListening: listen(device) };
      devices.set(device, ofDevice);
      ofDevice.held = first ? new Set([held, ...ofDevice.held]) : ofDevice.held.add(held);
      counts.add(owner, 1);
      size += 1;
    },
    remove(held) {
      const ofDevice = devices.get(held.device);
      if (!ofDevice?.held.delete(held)) return false;
      clearTimeout(held.timer);
      counts.add(held.owner, -1);
      size -= 1;
      if (ofDevice.held.size > 0) return true;
      devices.delete(held.device);
      ofDevice.stopListening();
      return true;
    },
    has: (held) => devices.get(held.device)?.held.has(held) === true,
    of: (device) => [...(devices.get(device)?.held ?? [])],
    ofOwner: (owner) => (counts.of(owner) === 0 ? [] : all().filter((held) => held.owner === owner)),
    all,
    disown(held) {
      counts.add(held.owner, -1);
      held.owner = undefined;
    },
    size: (owner) => (owner ? counts.of(owner) : size),
  };
}
