import { type Rank, rankOf } from '../protocol/ranking';
import type { Fitting } from './best-fitting';
import type { DeviceMemory, KnownDevice } from './known-device';
import { dataRow } from './memory-page';
import { inSlices } from './slices';

/** What devices have names for. */
export const NAME_KINDS = ['attributes', 'streams', 'events', 'commands'] as const;
export type NameKind = (typeof NAME_KINDS)[number];

/** A name as a picker offers it, with the last value that any of the devices sent. */
export interface NameChoice {
  kind: NameKind;
  name: string;
  /** Of an attribute. `large`: it is not held. */
  type?: 'number' | 'text' | 'boolean' | 'null' | 'object' | 'list' | 'large';
  /** Of an attribute: its beginning, as text or JSON. */
  value?: string;
  /** Of a data stream: the first 32 bytes, and how many there were. */
  hex?: string;
  length?: number;
  /** When it came, milliseconds since the epoch. */
  at?: number;
}

interface Candidate {
  kind: NameKind;
  name: string;
  rank: Rank;
  /** Of whom the last value is. */
  device: KnownDevice;
  index: number;
  at: number;
}

/** Different names that are looked at; a device may send any number of them. */
const MOST = 20_000;
/** Characters of a value. */
const SHOWN = 48;

/**
 * The `limit` names of these kinds that fit `search` best. `devices`: only theirs; empty = all. `named`: names of which to
 * tell whether they are known. It goes through the memory in slices.
 */
export async function bestNames(
  memory: DeviceMemory,
  kinds: readonly NameKind[],
  devices: readonly string[],
  { search, named, limit }: { search: string; named: readonly string[]; limit: number },
): Promise<Fitting<NameChoice> & { seen: string[] }> {
  const found = new Map<string, Candidate | undefined>();
  const wanted = new Set(named);
  const seen = new Set<string>();
  let total = 0;

  function note(kind: NameKind, name: string, device: KnownDevice, index: number, at: number) {
    const key = `${kind} ${name}`;
    const known = found.get(key);
    if (known) {
      if (at > known.at) Object.assign(known, { device, index, at });
      return;
    }
    if (found.has(key) || found.size >= MOST) return;
    if (wanted.has(name)) seen.add(name);
    const rank = rankOf(search, [name]);
    if (rank !== undefined) total += 1;
    found.set(key, rank === undefined ? undefined : { kind, name, rank, device, index, at });
  }
  function visit(device: KnownDevice) {
    for (const kind of kinds) {
      if (kind === 'attributes') {
        let index = 0;
        for (const [name, { at }] of device.attributes) note(kind, name, device, index++, at);
      } else {
        const data = kind === 'streams' ? device.lastData : [];
        for (const [i, name] of device[kind].entries()) note(kind, name, device, i, data[i]?.at ?? 0);
      }
    }
  }
  const chosen = devices.map((device) => memory.get(device)).filter((device) => device !== undefined);
  await inSlices(devices.length === 0 ? memory.all() : chosen, visit);
  const best = [...found.values()].filter((candidate) => candidate !== undefined).sort(byFitting);
  return { total, rows: best.slice(0, limit).map(choiceOf), seen: [...seen] };
}

const byFitting = (a: Candidate, b: Candidate): number =>
  a.rank - b.rank || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

function choiceOf({ kind, name, device, index }: Candidate): NameChoice {
  if (kind === 'attributes') {
    const attribute = device.attributes.get(name);
    return { kind, name, ...(attribute && { ...shown(attribute.value), at: attribute.at }) };
  }
  const data = kind === 'streams' ? device.lastData[index] : undefined;
  if (!data) return { kind, name };
  const { hex, length, at } = dataRow(name, data);
  return { kind, name, hex, length, at };
}

function shown(value: unknown): Pick<NameChoice, 'type' | 'value'> {
  const type = typeOf(value);
  if (type === 'large') return { type };
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return { type, value: text.length > SHOWN ? `${text.slice(0, SHOWN - 1)}…` : text };
}

function typeOf(value: unknown): NonNullable<NameChoice['type']> {
  if (value === undefined) return 'large';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'object') return 'object';
  if (typeof value === 'number') return 'number';
  return typeof value === 'boolean' ? 'boolean' : 'text';
}
