import type { Outgoing } from '../transport/publish-packets';
import type { AgeClock } from './age';
import { createOwnerCounts } from './owner-counts';

/** A command that is held for a device. */
export interface Held {
  readonly device: string;
  readonly method: string;
  /** As it is stored, and sent when nobody awaits its reply any more. */
  readonly message: Outgoing;
  /** Whether it takes the place of older ones of the same method and owner. */
  readonly replaces: boolean;
  /** Ascends: one that is to be sent earlier has a lower one. */
  readonly order: number;
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
  end(error: Error | undefined): void;
}

/** The held commands of each device, in order. While there are any, the device is listened to. */
export interface HeldByDevice {
  add(held: Held): void;
  /** Returns whether it was there. */
  remove(held: Held): boolean;
  has(held: Held): boolean;
  of(device: string): Held[];
  /** What `command` takes the place of: of the same method, of its owner or of nobody any more. */
  olderThan(command: Pick<Held, 'device' | 'method' | 'owner' | 'order'>): Held[];
  ofOwner(owner: object): Held[];
  all(): Held[];
  /** It goes on without its owner. */
  disown(held: Held): void;
  size(owner?: object): number;
}

interface OfDevice {
  /** In order. */
  held: Set<Held>;
  /** The order of the last one. */
  last: number;
  stopListening(): void;
}

/** The longest that a timer can wait, in milliseconds: a file may hold anything. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** `listen`: begins to listen to a device; returns how to stop that. `onExpired`: a command has been held too long. */
export function createHeldByDevice(
  clock: AgeClock,
  listen: (device: string) => () => void,
  onExpired: (held: Held) => void,
): HeldByDevice {
  const devices = new Map<string, OfDevice>();
  const counts = createOwnerCounts();
  let size = 0;

  const all = () => [...devices.values()].flatMap(({ held }) => [...held]);
  const of = (device: string) => [...(devices.get(device)?.held ?? [])];
  const has = (held: Held) => devices.get(held.device)?.held.has(held) === true;
  return {
    add(held) {
      const { device, owner, order, expires } = held;
      held.timer = setTimeout(() => onExpired(held), Math.min(expires - clock.now(), LONGEST_TIMER));
      const ofDevice = devices.get(device) ?? { held: new Set(), last: order, stopListening: listen(device) };
      devices.set(device, ofDevice);
      ofDevice.held.add(held);
      if (order < ofDevice.last)
        ofDevice.held = new Set([...ofDevice.held].sort((a, b) => a.order - b.order));
      else ofDevice.last = order;
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
    has,
    of,
    olderThan: ({ device, method, owner, order }) =>
      of(device).filter(
        (held) => held.order < order && held.method === method && (!held.owner || held.owner === owner),
      ),
    ofOwner: (owner) => (counts.of(owner) === 0 ? [] : all().filter((held) => held.owner === owner)),
    all,
    disown(held) {
      if (has(held)) counts.add(held.owner, -1);
      held.owner = undefined;
    },
    size: (owner) => (owner ? counts.of(owner) : size),
  };
}
