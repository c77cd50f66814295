import { performance } from 'node:perf_hooks';
import type { Aliases } from '../protocol/aliases';
import type { DeviceMemory } from './known-device';
import { isOffline } from './offline';
import { inSlices, sortedInSlices } from './slices';

/** Which devices: all, or those in this state. `unheard`: they have an alias or a tag, and nothing has come of them. */
export const LISTED_STATES = ['all', 'online', 'offline', 'alarm', 'unheard'] as const;
export type ListedState = (typeof LISTED_STATES)[number];

/** What a list holds. `search`: part of a username, an alias or a tag, in any case; empty = every device. */
export interface ListQuery {
  search: string;
  state: ListedState;
}

/** The devices that fit, in the order of what people call them. */
export interface DeviceList {
  names: readonly string[];
  /** Another one when the list is another one, also over a restart. */
  version: number;
}

/** Makes the lists that somebody looks at again and again. */
export interface DeviceLists {
  list(query: ListQuery): Promise<DeviceList>;
}

interface Made extends DeviceList {
  aliases: Aliases;
  /** Of the memory, when it was made. */
  size: number;
  /** Milliseconds of {@link performance.now}: when, and how long it took. */
  at: number;
  took: number;
}

/** Lists that are held. */
const HELD = 8;
/** A list is used for so many milliseconds, and so many times as long as it took to make. */
const FRESH = 1_000;
const FRESH_TIMES = 20;
/** One that no time changes, as long as no device comes. */
const FRESH_SAME = 30_000;

/** `aliases`: of now; they may be others later. `clock`: for tests. */
export function createDeviceLists(
  memory: DeviceMemory,
  aliases: () => Aliases,
  clock: () => number = () => performance.now(),
): DeviceLists {
  const held = new Map<string, Promise<Made>>();
  let version = 10 * Date.now();

  function isFresh({ aliases: made, size, at, took }: Made, { state }: ListQuery): boolean {
    if (made !== aliases()) return false;
    const age = clock() - at;
    const lasts = state === 'all' && size === memory.size && age < FRESH_SAME;
    return lasts || age < Math.max(FRESH, FRESH_TIMES * took);
  }

  async function make(query: ListQuery, last: Made | undefined): Promise<Made> {
    const at = clock();
    const [now, size] = [aliases(), memory.size];
    const names = await sorted(await fitting(memory, now, query), now);
    // A device whose alias is another one has to be shown anew.
    const same = last !== undefined && last.aliases === now && sameNames(last.names, names);
    if (!same) version += 1;
    return { names, version: same ? last.version : version, aliases: now, size, at, took: clock() - at };
  }

  return {
    async list(query) {
      const key = `${query.state} ${query.search}`;
      const before = held.get(key);
      const last = await before;
      if (last && isFresh(last, query)) return last;
      const begun = held.get(key);
      if (begun !== before && begun) return begun; // another one has waited, too
      const made = make(query, last);
      made.catch(() => held.get(key) === made && held.delete(key));
      held.delete(key);
      held.set(key, made);
      for (const oldest of held.keys()) {
        if (held.size <= HELD) break;
        held.delete(oldest);
      }
      return made;
    },
  };
}

/** In slices: 100,000 devices do not block the event loop. */
async function fitting(memory: DeviceMemory, aliases: Aliases, { search, state }: ListQuery) {
  const wanted = search.toLowerCase();
  const holds = (text: string) => text.toLowerCase().includes(wanted);
  const found: string[] = [];
  const take = (device: string) => {
    const fits =
      wanted === '' ||
      holds(device) ||
      holds(aliases.nameOf(device) ?? '') ||
      aliases.tagsOf(device).some((tag) => holds(`#${tag}`));
    if (fits) found.push(device);
  };
  if (state !== 'unheard')
    await inSlices(memory.all(), ({ device, online, alarm }) => {
      if (state === 'alarm' && alarm !== true) return;
      if (state === 'online' && (online === null || isOffline(memory, device))) return;
      if (state === 'offline' && !isOffline(memory, device)) return;
      take(device);
    });
  if (state === 'all' || state === 'unheard')
    await inSlices(aliases.devices(), (device) => {
      if (!memory.get(device)) take(device);
    });
  return found;
}

async function sorted(devices: readonly string[], aliases: Aliases): Promise<string[]> {
  const rows: { key: string; device: string }[] = [];
  await inSlices(devices, (device) => {
    // NUL: a name that begins as another one comes behind it.
    rows.push({ key: `${(aliases.nameOf(device) ?? device).toLowerCase()}\0${device}`, device });
  });
  return (await sortedInSlices(rows, ({ key }) => key)).map(({ device }) => device);
}

const sameNames = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name, i) => name === b[i]);
