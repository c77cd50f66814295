import { performance } from 'node:perf_hooks';
import { isDeepStrictEqual } from 'node:util';
import { decodeJson, Malformed } from '../protocol/json';

/** A push of this connection's that has come back on `attributes`. */
export interface OwnPush {
  readonly device: string;
  /** How many pushes before it were each made because the one before had come back. */
  readonly chased: number;
}

/** The pushes of the last seconds, by which their echo is known: the platform does not say whose a change was. */
export interface OwnPushes {
  /** `payload` goes to `attributes_push` of `device`. */
  written(device: string, payload: Buffer): void;
  /** That `payload` is {@link OwnPush.chased} so often; before it is written. */
  chase(payload: Buffer, chased: number): void;
  /** How to find the push that brought about given attributes of `device`; `undefined` when there can be none. */
  of(device: string): ((attributes: object) => OwnPush | undefined) | undefined;
  /** Flows are deployed: until {@link resume} what comes back has to wait, and no time passes here. */
  pause(): void;
  resume(): void;
}

interface Entry extends OwnPush {
  /** `undefined` once it has come back or been forgotten. */
  payload: Buffer | undefined;
  /** `payload` decoded, once there was something to compare it with. */
  attributes: unknown;
  /** Milliseconds, without those of deploys. */
  at: number;
}

const LIFETIME = 10_000;
/** Pushes remembered, of all devices and of one, and their bytes: those beyond are taken for a device's own reports. */
const MAX_PUSHES = 5_000;
const MAX_OF_DEVICE = 200;
const MAX_BYTES = 4 * 1024 * 1024;

/** `isWanted`: whether anybody listens to attributes at present; else nothing need be remembered. */
export function createOwnPushes(isWanted: () => boolean): OwnPushes {
  /** Oldest first, from `first` on; those of a device too. */
  let all: Entry[] = [];
  let first = 0;
  const byDevice = new Map<string, Entry[]>();
  const chases = new WeakMap<Buffer, number>();
  let bytes = 0;
  let pausedAt: number | undefined;
  let pauses = 0;
  const clock = () => (pausedAt ?? performance.now()) - pauses;

  /** Takes it out of its device's, where it is the `index`-th; in `all` it stays until its time is over. */
  function forget(entry: Entry, ofDevice: Entry[], index: number) {
    bytes -= entry.payload?.length ?? 0;
    entry.payload = undefined;
    entry.attributes = undefined;
    if (ofDevice.length === 1) byDevice.delete(entry.device);
    else if (index === 0) ofDevice.shift();
    else ofDevice.splice(index, 1);
  }

  function forgetOld(now: number) {
    for (; first < all.length; first += 1) {
      const entry = all[first] as Entry;
      const fits = all.length - first <= MAX_PUSHES && bytes <= MAX_BYTES;
      if (fits && now - entry.at < LIFETIME) break;
      // Of its device it is the oldest.
      if (entry.payload) forget(entry, byDevice.get(entry.device) ?? [], 0);
    }
    if (first > all.length / 2) {
      all = all.slice(first);
      first = 0;
    }
  }

  /** The oldest that equals; each counts once. */
  function take(entries: Entry[], attributes: object): OwnPush | undefined {
    const index = entries.findIndex((entry) => {
      entry.attributes ??= decoded(entry.payload);
      return isDeepStrictEqual(entry.attributes, attributes);
    });
    const found = entries[index];
    if (found) forget(found, entries, index);
    return found;
  }

  return {
    chase(payload, chased) {
      chases.set(payload, chased);
    },
    written(device, payload) {
      if (!isWanted()) return;
      const chased = chases.get(payload) ?? 0;
      const entry: Entry = { device, payload, chased, attributes: undefined, at: clock() };
      all.push(entry);
      bytes += payload.length;
      const ofDevice = byDevice.get(device);
      if (!ofDevice) byDevice.set(device, [entry]);
      else if (ofDevice.push(entry) > MAX_OF_DEVICE) forget(ofDevice[0] as Entry, ofDevice, 0);
      forgetOld(entry.at);
    },
    of(device) {
      if (byDevice.size === 0 || !byDevice.has(device)) return undefined;
      forgetOld(clock());
      const entries = byDevice.get(device);
      return entries && ((attributes) => take(entries, attributes));
    },
    pause() {
      pausedAt ??= performance.now();
    },
    resume() {
      if (pausedAt !== undefined) pauses += performance.now() - pausedAt;
      pausedAt = undefined;
    },
  };
}

/** What was pushed is JSON; but what a queue on disk brings may have been changed there. */
function decoded(payload: Buffer = Buffer.alloc(0)): unknown {
  try {
    return decodeJson(payload);
  } catch (error) {
    if (error instanceof Malformed) return false; // equals no object
    throw error;
  }
}
