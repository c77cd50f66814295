import type { Aliases } from '../protocol/aliases';
import type { DeviceLists, ListQuery } from './device-list';
import type { DeviceMemory, KnownDevice } from './known-device';
import { isOffline } from './offline';

/** A window onto a list of devices, asked for again and again while somebody looks at it. */
export interface WindowRequest extends ListQuery {
  /** The first row and the number of rows. */
  offset: number;
  limit: number;
  /** Of the list that the asker has; with another one it gets every row. */
  version: number;
  /** Milliseconds since the epoch: only rows with something newer. It is what the last answer called `now`. */
  since: number;
  /** A device that is looked at more closely; empty = none. */
  open: string;
  /** As `since`, for its attributes. */
  openSince: number;
}

/** One row. Times in milliseconds since the epoch; `null`: nothing has come of it. */
export interface ListedDevice {
  /** Its place in the list. */
  at: number;
  device: string;
  /** Its alias, if it has one. */
  name?: string;
  online: boolean | null;
  alarm: boolean | null;
  lastSeen: number | null;
}

/** An attribute of the open device: the value, or the beginning of its text where it is long, or neither. */
export interface ListedAttribute {
  name: string;
  at: number;
  value?: unknown;
  /** JSON, cut. */
  text?: string;
}

/** A device that is looked at more closely. */
export interface OpenDevice extends Omit<ListedDevice, 'at'> {
  tags: readonly string[];
  onlineAt: number | null;
  alarmAt: number | null;
  /** How many are known; `attributes` has those that are newer than was asked for. */
  count: number;
  attributes: ListedAttribute[];
  streams: readonly string[];
  events: readonly string[];
  commands: readonly string[];
}

export interface ListWindow {
  /** Devices that fit, in the window or not. */
  total: number;
  version: number;
  now: number;
  devices: ListedDevice[];
  open?: OpenDevice;
}

/** Characters of a value, the most attributes, and characters of them all. */
const LONG_VALUE = 1_000;
const MOST_ATTRIBUTES = 200;
const LONG_ATTRIBUTES = 64 * 1024;

/** The rows of a window onto a list, and what is known of the open device. */
export async function listWindow(
  lists: DeviceLists,
  memory: DeviceMemory,
  aliases: Aliases,
  request: WindowRequest,
): Promise<ListWindow> {
  const { offset, limit, open, openSince } = request;
  const { names, version } = await lists.list(request);
  const now = Date.now();
  // What a clock has said before it was set back is no time since which anything is new.
  const past = (time: number) => (time > now ? 0 : time);
  const since = request.version === version ? past(request.since) : 0;
  const devices = names.slice(offset, offset + limit).flatMap((device, i): ListedDevice[] => {
    const known = memory.get(device);
    if (since > 0 && known && newest(known) < since) return [];
    if (since > 0 && !known) return [];
    return [{ at: offset + i, ...rowOf(memory, aliases, device, known) }];
  });
  return {
    total: names.length,
    version,
    now,
    devices,
    ...(open !== '' && { open: openDevice(memory, aliases, open, past(openSince)) }),
  };
}

const newest = ({ lastSeen, onlineAt, alarmAt }: KnownDevice) =>
  Math.max(lastSeen, onlineAt ?? 0, alarmAt ?? 0);

function rowOf(
  memory: DeviceMemory,
  aliases: Aliases,
  device: string,
  known: KnownDevice | undefined,
): Omit<ListedDevice, 'at'> {
  const name = aliases.nameOf(device);
  return {
    device,
    ...(name !== undefined && { name }),
    online: known === undefined || known.online === null ? null : !isOffline(memory, device),
    alarm: known?.alarm ?? null,
    lastSeen: known?.lastSeen ?? null,
  };
}

function openDevice(memory: DeviceMemory, aliases: Aliases, device: string, since: number): OpenDevice {
  const known = memory.get(device);
  return {
    ...rowOf(memory, aliases, device, known),
    tags: aliases.tagsOf(device),
    onlineAt: known?.onlineAt ?? null,
    alarmAt: known?.alarmAt ?? null,
    count: known?.attributes.size ?? 0,
    attributes: known ? newerAttributes(known, since) : [],
    streams: known?.streams ?? [],
    events: known?.events ?? [],
    commands: known?.commands ?? [],
  };
}

/** In the order first seen. */
function newerAttributes(known: KnownDevice, since: number): ListedAttribute[] {
  const found: ListedAttribute[] = [];
  let size = 0;
  let index = 0;
  for (const [name, { value, at }] of known.attributes) {
    if (index === MOST_ATTRIBUTES || size > LONG_ATTRIBUTES) break;
    index += 1;
    if (at < since) continue;
    const text = value === undefined ? '' : JSON.stringify(value);
    size += Math.min(text.length, LONG_VALUE) + name.length;
    if (value === undefined) found.push({ name, at });
    else if (text.length > LONG_VALUE) found.push({ name, at, text: text.slice(0, LONG_VALUE) });
    else found.push({ name, at, value });
  }
  return found;
}
