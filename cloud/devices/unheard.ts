import type { RememberedDevice } from './remembered-device';

/**
 * The `count` of `devices` that were heard last (`latest`) or the longest ago, which come first. Sorting all of 100,000
 * would take ten times as long; their times alone are soon sorted.
 */
export function byHearing(
  devices: readonly RememberedDevice[],
  count: number,
  which: 'latest' | 'longestAgo',
): RememberedDevice[] {
  const sign = which === 'latest' ? -1 : 1;
  const order = (a: RememberedDevice, b: RememberedDevice) => sign * (a.lastSeen - b.lastSeen);
  if (devices.length <= count) return [...devices].sort(order);
  const times = Float64Array.from(devices, ({ lastSeen }) => sign * lastSeen).sort();
  const last = times[count - 1] as number;
  return devices
    .filter(({ lastSeen }) => sign * lastSeen <= last)
    .sort(order)
    .slice(0, count);
}

/** Which device to forget next. */
export interface Unheard {
  /** The longest unheard that no node names, and which is then no longer one of them; `undefined` if there is none. */
  take(): RememberedDevice | undefined;
  /** Another device may be forgotten, though it has long been known. */
  changed(): void;
}

/** So many are looked for at a time: looking takes some 20 ms with 100,000 devices. */
const AT_A_TIME = 0.1;

export function createUnheard(devices: ReadonlyMap<string, RememberedDevice>): Unheard {
  /** The longest unheard last, with the time at which they had been heard. */
  let found: [device: RememberedDevice, lastSeen: number][] = [];
  /** Every device is named by a node. */
  let none = false;

  function look() {
    const candidates = [...devices.values()].filter(({ kept }) => kept === 0);
    found = byHearing(candidates, Math.ceil(AT_A_TIME * devices.size), 'longestAgo')
      .map((device): [RememberedDevice, number] => [device, device.lastSeen])
      .reverse();
    none = found.length === 0;
  }

  return {
    take() {
      if (none) return undefined;
      for (;;) {
        if (found.length === 0) look();
        const next = found.pop();
        if (!next) return undefined;
        const [device, lastSeen] = next;
        const same = devices.get(device.device) === device && device.lastSeen === lastSeen;
        if (same && device.kept === 0) return device;
      }
    },
    changed() {
      found = [];
      none = false;
    },
  };
}
