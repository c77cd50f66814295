import { type Rank, rankOf } from '../protocol/ranking';
import type { DeviceLabels } from './device-query';
import type { DeviceMemory } from './known-device';
import { inSlices } from './slices';

/** A device as a picker offers it. */
export interface DeviceChoice {
  device: string;
  /** Its alias, if it has one. */
  name?: string;
  online: boolean | null;
  /** Milliseconds since the epoch. */
  lastSeen: number;
}

/** What fits a search, the best first. */
export interface Fitting<T> {
  /** How many fit, these among them. */
  total: number;
  rows: T[];
}

interface Candidate {
  rank: Rank;
  lastSeen: number;
  device: string;
}

/**
 * The `limit` devices that fit `search` best, by username, alias or tag; of those that fit alike the ones that were last
 * heard. It goes through the memory in slices.
 */
export async function bestDevices(
  memory: DeviceMemory,
  labels: DeviceLabels,
  search: string,
  limit: number,
): Promise<Fitting<DeviceChoice>> {
  let best: Candidate[] = [];
  let total = 0;
  const cut = () => {
    best = best.sort(byFitting).slice(0, limit);
  };
  await inSlices(memory.all(), ({ device, lastSeen }) => {
    const rank = rankOf(search, [device, labels.nameOf(device) ?? ''], labels.tagsOf(device));
    if (rank === undefined) return;
    total += 1;
    if (best.push({ rank, lastSeen, device }) >= 4 * limit + 100) cut();
  });
  cut();
  return {
    total,
    rows: choicesOf(
      memory,
      labels,
      best.map(({ device }) => device),
    ),
  };
}

const byFitting = (a: Candidate, b: Candidate): number =>
  a.rank - b.rank || b.lastSeen - a.lastSeen || (a.device < b.device ? -1 : 1);

/** Those of `devices` that are known. */
export const choicesOf = (
  memory: DeviceMemory,
  labels: DeviceLabels,
  devices: readonly string[],
): DeviceChoice[] =>
  devices.flatMap((device) => {
    const known = memory.get(device);
    if (!known) return [];
    const name = labels.nameOf(device);
    const { online, lastSeen } = known;
    return [{ device, ...(name !== undefined && { name }), online, lastSeen }];
  });
