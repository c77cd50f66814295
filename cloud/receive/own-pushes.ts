import { performance } from 'node:perf_hooks';
import { isDeepStrictEqual } from 'node:util';
import { decodeJson, Malformed } from '../protocol/json';
import type { OwnPush } from '../subscriptions/listener';

/** Remembers recent pushes, to recognize them when they come back: the platform does not say who made a change. */
export interface OwnPushes {
  /** `payload` is being sent to `attributes_push` of `device`. */
  written(device: string, payload: Buffer): void;
  /** Sets {@link OwnPush.loopDepth} of `payload`, before it is sent. */
  setLoopDepth(payload: Buffer, loopDepth: number): void;
  /**
   * Returns how to find the push that caused given attributes of `device`; `undefined` when there can be none. `unshared`:
   * of the two copies that may come with a group, it is the one for listeners that share nothing.
   */
  of(device: string, unshared?: boolean): ((attributes: object) => OwnPush | undefined) | undefined;
  /** Flows are being deployed: until {@link resume} no time passes, since what comes back has to wait. */
  pause(): void;
  resume(): void;
}

interface Entry extends OwnPush {
  /** `undefined` once it has come back or is forgotten. */
  payload: Buffer | undefined;
  /** `payload` decoded; `undefined` until it is compared. */
  attributes: unknown;
  /** Milliseconds, without those of deploys. */
  at: number;
}

const LIFETIME = 10_000;
/** The most pushes remembered, of all devices and of one, and their bytes. Others count as reports of the device. */
const MAX_PUSHES = 5_000;
const MAX_OF_DEVICE = 200;
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * `isWanted`: whether anybody listens to attributes; otherwise nothing is remembered. `grouped`: whether the project uses a
 * shared-subscription group.
 */
export function createOwnPushes(isWanted: () => boolean, grouped = false): OwnPushes {
  const pushes = rememberPushes(isWanted);
  if (!grouped) return pushes;
  const copies = rememberPushes(isWanted); // each copy comes back once
  return {
    written(device, payload) {
      pushes.written(device, payload);
      copies.written(device, payload);
    },
    setLoopDepth: pushes.setLoopDepth,
    of: (device, unshared = false) => (unshared ? copies : pushes).of(device),
    pause() {
      pushes.pause();
      copies.pause();
    },
    resume() {
      pushes.resume();
      copies.resume();
    },
  };
}

function rememberPushes(isWanted: () => boolean): OwnPushes {
  /** Oldest first, from the index `first` on. So are those of each device. */
  let all: Entry[] = [];
  let first = 0;
  const byDevice = new Map<string, Entry[]>();
  const loopDepths = new WeakMap<Buffer, number>();
  let bytes = 0;
  let pausedAt: number | undefined;
  let pauses = 0;
  const clock = () => (pausedAt ?? performance.now()) - pauses;

  /** Removes the entry at `index` from those of its device. It stays in `all` until its time is over. */
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
      // It is the oldest of its device.
      if (entry.payload) forget(entry, byDevice.get(entry.device) ?? [], 0);
    }
    if (first > all.length / 2) {
      all = all.slice(first);
      first = 0;
    }
  }

  /** Removes and returns the oldest equal push. */
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
    setLoopDepth(payload, loopDepth) {
      loopDepths.set(payload, loopDepth);
    },
    written(device, payload) {
      if (!isWanted()) return;
      const loopDepth = loopDepths.get(payload) ?? 0;
      const entry: Entry = { device, payload, loopDepth, attributes: undefined, at: clock() };
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

/** Pushes are JSON, but a message from the disk may have been changed there. */
function decoded(payload: Buffer = Buffer.alloc(0)): unknown {
  try {
    return decodeJson(payload);
  } catch (error) {
    if (error instanceof Malformed) return false; // not equal to any object
    throw error;
  }
}
