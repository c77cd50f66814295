import type { LastData } from './known-device';
import { type Budget, indexIn } from './name-lists';
import type { RememberedDevice } from './remembered-device';

/** Bytes of a message that are held. */
const HELD = 32;
/** Rough bytes that the last message of a stream takes in memory, whatever its length. */
const SIZE = 160;

/** The last message of each data stream of all devices, within bounds. */
export interface StreamData {
  /** Holds the beginning of a message of `stream`, which the device has. */
  set(device: RememberedDevice, stream: string, bytes: Uint8Array, now: number): void;
  /** Gives a new device what was saved, in the order of its streams. */
  restore(device: RememberedDevice, saved: readonly (LastData | undefined)[]): void;
}

/** What is held counts in `held` of its device, and is given back with it. */
export function createStreamData(budget: Budget): StreamData {
  function hold(device: RememberedDevice, index: number, data: LastData) {
    if (device.data?.[index] === undefined) {
      if (budget.left < SIZE) return;
      budget.left -= SIZE;
      device.held += SIZE;
    }
    device.data ??= [];
    while (device.data.length < index) device.data.push(undefined); // no holes
    device.data[index] = data;
  }

  return {
    set(device, stream, bytes, now) {
      const index = indexIn(device.streamNames, stream);
      if (index < 0) return;
      // A text of its own: a slice of the buffer would hold all of it.
      const beginning = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, HELD));
      hold(device, index, { at: now, bytes: beginning.toString('latin1'), length: bytes.length });
    },
    restore(device, saved) {
      for (const [index, data] of saved.slice(0, device.streamNames.names.length).entries())
        if (data) hold(device, index, { ...data, bytes: data.bytes.slice(0, HELD) });
    },
  };
}
