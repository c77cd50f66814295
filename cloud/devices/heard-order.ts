import type { RememberedDevice } from './remembered-device';

/** Devices in the order of being heard: a linked list, so that a device moves to its end at no cost. */
export interface HeardOrder {
  /** The longest unheard. */
  readonly first: RememberedDevice | undefined;
  readonly last: RememberedDevice | undefined;
  /** `device` has just been heard. */
  toEnd(device: RememberedDevice): void;
  /** `device`, which is not in it, has been unheard for longer than any other. */
  toFront(device: RememberedDevice): void;
  remove(device: RememberedDevice): void;
}

export function createHeardOrder(): HeardOrder {
  let first: RememberedDevice | undefined;
  let last: RememberedDevice | undefined;

  function remove(device: RememberedDevice) {
    if (!device.inOrder) return;
    const { older, newer } = device;
    if (older) older.newer = newer;
    else first = newer;
    if (newer) newer.older = older;
    else last = older;
    device.older = undefined;
    device.newer = undefined;
    device.inOrder = false;
  }

  return {
    get first() {
      return first;
    },
    get last() {
      return last;
    },
    toEnd(device) {
      if (device === last) return;
      remove(device);
      device.older = last;
      if (last) last.newer = device;
      else first = device;
      last = device;
      device.inOrder = true;
    },
    toFront(device) {
      device.newer = first;
      if (first) first.older = device;
      else last = device;
      first = device;
      device.inOrder = true;
    },
    remove,
  };
}
