import { setImmediate as turn } from 'node:timers/promises';
import type { DeviceMemory, KnownDevice } from './known-device';

/** What people call devices. */
export interface Labels {
  nameOf(device: string): string | undefined;
  /** Without `#`. */
  tagsOf(device: string): readonly string[];
}

export interface PageRequest {
  /** Part of a username, an alias or a tag, in any case; empty = every device. */
  search: string;
  /** Devices behind this username only. */
  after: string;
  /** The most devices; there may be fewer, when they are large. */
  limit: number;
}

/** Times in milliseconds since the epoch. */
export interface DevicePage {
  /** Devices that fit, on whatever page. */
  total: number;
  /** By username, in the order of UTF-16. */
  devices: DeviceRow[];
  /** What the next page is `after`; missing on the last one. */
  next?: string;
}

interface DeviceRow {
  device: string;
  /** Its alias, if it has one. */
  name?: string;
  online: boolean | null;
  alarm: boolean | null;
  lastSeen: number;
  /** Milliseconds since `lastSeen`. */
  age: number;
  /** The last values, without those too large to be held. */
  attributes: Record<string, unknown>;
  /** When each attribute came. */
  times: Record<string, number>;
  streams: readonly string[];
  events: readonly string[];
  commands: readonly string[];
}

/** Milliseconds of work before the rest of the program gets its turn. */
const SLICE = 5;
/** Characters of JSON after which a page ends. */
const LARGE = 1_000_000;

/** A page of the device memory. It is made in slices: 100,000 devices do not block the event loop. */
export async function memoryPage(
  memory: DeviceMemory,
  labels: Labels,
  { search, after, limit }: PageRequest,
): Promise<DevicePage> {
  const wanted = search.toLowerCase();
  const fits = (device: string) =>
    wanted === '' ||
    [device, labels.nameOf(device) ?? '', ...labels.tagsOf(device)].some((text) =>
      text.toLowerCase().includes(wanted),
    );
  const slices = createSlices();
  /** The first ones behind `after`, and some more. */
  let first: string[] = [];
  let total = 0;
  let more = false;
  for (const { device } of memory.all()) {
    if (slices.over()) await turn();
    if (!fits(device)) continue;
    total += 1;
    if (device <= after || first.push(device) < 4 * limit) continue;
    first = first.sort().slice(0, limit);
    more = true;
  }
  first.sort();
  const page: DevicePage = { total, devices: [] };
  let size = 0;
  let last = after;
  for (const name of first) {
    if (page.devices.length === limit || size > LARGE) return { ...page, next: last };
    last = name;
    if (slices.over()) await turn();
    const known = memory.get(name);
    if (!known) continue; // forgotten meanwhile
    const row = rowOf(known, labels);
    size += JSON.stringify(row).length;
    page.devices.push(row);
  }
  return more ? { ...page, next: last } : page;
}

function rowOf(known: KnownDevice, labels: Labels): DeviceRow {
  const { device, online, alarm, lastSeen, streams, events, commands } = known;
  const name = labels.nameOf(device);
  const attributes = [...known.attributes];
  return {
    device,
    ...(name !== undefined && { name }),
    online,
    alarm,
    lastSeen,
    age: Math.max(0, Date.now() - lastSeen),
    attributes: Object.fromEntries(attributes.map(([identifier, { value }]) => [identifier, value])),
    times: Object.fromEntries(attributes.map(([identifier, { at }]) => [identifier, at])),
    streams,
    events,
    commands,
  };
}

/** `over()`: whether it is the turn of others. */
function createSlices() {
  let until = performance.now() + SLICE;
  return {
    over() {
      const now = performance.now();
      if (now < until) return false;
      until = now + SLICE;
      return true;
    },
  };
}
