import { isPlainObject } from '../protocol/json';

/** What one mode remembers of each device, with the name of the mode: a node may have had another before. */
export interface DeviceStates<T> {
  get(device: string): T | undefined;
  set(device: string, value: T): void;
  delete(device: string): void;
  /** Every device of which something is remembered. */
  all(): [device: string, value: T][];
}

/**
 * A view of `state` that takes only what `mode` has put there and `read` understands: it may come from a file. All else
 * is removed, and what stands for devices that are no longer among `devices` (empty: all).
 */
export function statesIn<T extends object>(
  state: Map<string, unknown>,
  mode: string,
  devices: readonly string[],
  read: (value: Readonly<Record<string, unknown>>) => T | undefined,
): DeviceStates<T> {
  const named = new Set(devices);
  function get(device: string): T | undefined {
    const value = state.get(device);
    return isPlainObject(value) && value.mode === mode ? read(value) : undefined;
  }
  for (const device of [...state.keys()])
    if (!get(device) || (named.size > 0 && !named.has(device))) state.delete(device);
  return {
    get,
    set: (device, value) => void state.set(device, { mode, ...value }),
    delete: (device) => void state.delete(device),
    all: () =>
      [...state.keys()].flatMap((device): [string, T][] => {
        const value = get(device);
        return value ? [[device, value]] : [];
      }),
  };
}

/** A time that has been stored, in milliseconds since the epoch; `undefined` if it is not one. */
export const timeIn = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
