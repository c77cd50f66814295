import { type DeviceLabels, type DeviceReport, reportOf } from './device-query';
import type { DeviceMemory, KnownDevice, LastData } from './known-device';
import { inSlices } from './slices';

export interface PageRequest {
  /** Part of a username, an alias or a tag, in any case; empty = every device. */
  search: string;
  /** Devices behind this username only. */
  after: string;
  /** The most devices; there may be fewer, when they are large. */
  limit: number;
}

export interface DevicePage {
  /** Devices that fit, on whatever page. */
  total: number;
  /** By username, in the order of UTF-16. */
  devices: (DeviceReport & Pick<KnownDevice, 'streams' | 'events' | 'commands'> & { data?: DataRow[] })[];
  /** What the next page is `after`; missing on the last one. */
  next?: string;
}

/** The last message of a data stream. */
export interface DataRow {
  stream: string;
  /** Its first 32 bytes. */
  hex: string;
  /** Bytes of all of it. */
  length: number;
  /** Milliseconds since the epoch. */
  at: number;
}

/** Characters of JSON after which a page ends. */
const LARGE = 1_000_000;

/** A page of the device memory. It is made in slices: 100,000 devices do not block the event loop. */
export async function memoryPage(
  memory: DeviceMemory,
  labels: DeviceLabels,
  { search, after, limit }: PageRequest,
): Promise<DevicePage> {
  const wanted = search.toLowerCase();
  const fits = (device: string) =>
    wanted === '' ||
    [device, labels.nameOf(device) ?? '', ...labels.tagsOf(device)].some((text) =>
      text.toLowerCase().includes(wanted),
    );
  /** The first ones behind `after`, and some more. */
  let first: string[] = [];
  let more = false;
  const page: DevicePage = { total: 0, devices: [] };
  await inSlices(memory.all(), ({ device }) => {
    if (!fits(device)) return;
    page.total += 1;
    if (device <= after || first.push(device) < 4 * limit) return;
    first = first.sort().slice(0, limit);
    more = true;
  });
  let size = 0;
  let last = after;
  for (const name of first.sort()) {
    if (page.devices.length === limit || size > LARGE) return { ...page, next: last };
    last = name;
    const known = memory.get(name);
    if (!known) continue; // forgotten meanwhile
    const { streams, events, commands } = known;
    const data = dataRows(known);
    const row = {
      ...reportOf(name, known, labels, Date.now()),
      ...{ streams, events, commands },
      ...(data.length > 0 && { data }),
    };
    size += JSON.stringify(row).length;
    page.devices.push(row);
  }
  return more ? { ...page, next: last } : page;
}

/** The last messages of the streams of a device, of which any are held. */
const dataRows = ({ streams, lastData }: KnownDevice): DataRow[] =>
  streams.flatMap((stream, index) => {
    const last = lastData[index];
    return last ? [dataRow(stream, last)] : [];
  });

export const dataRow = (stream: string, { bytes, length, at }: LastData): DataRow => ({
  stream,
  hex: Buffer.from(bytes, 'latin1').toString('hex'),
  length,
  at,
});
