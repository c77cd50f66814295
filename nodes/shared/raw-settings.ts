import type { NodeDef } from 'node-red';
import { EztError, type Qos } from '../../cloud';

/** What stands in a flow file: text, a number, a list or nothing, by hand or by an environment variable. */
export type Raw = NodeDef & Record<string, unknown>;

/** Throws `EZT_CONFIG` for `${NAME}`: so Node-RED leaves it when there is no such variable. */
export function resolved(value: string): string {
  const [, variable] = /^\s*\$\{([^{}]+)\}\s*$/.exec(value) ?? [];
  if (variable !== undefined) throw new EztError('noVariable', { variable });
  return value;
}

export const text = (raw: Raw, name: string): string => {
  const value = raw[name];
  return typeof value === 'string' ? resolved(value).trim() : typeof value === 'number' ? String(value) : '';
};

export function bad(option: string, expected: string): EztError {
  return new EztError('badOption', { option, expected });
}

export function oneOf<T extends string>(raw: Raw, name: string, allowed: readonly T[], byDefault: T): T {
  const value = text(raw, name);
  if (value === '') return byDefault;
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw bad(name, allowed.join(', '));
  return found;
}

export function number(
  raw: Raw,
  name: string,
  byDefault: number,
  min: number,
  max: number,
  whole = true,
): number {
  const value = text(raw, name);
  if (value === '') return byDefault;
  const parsed = Number(value);
  if (!(parsed >= min && parsed <= max) || (whole && !Number.isInteger(parsed))) {
    throw bad(name, `${min} … ${max}`);
  }
  return parsed;
}

export function list(raw: Raw, name: string): string[] {
  const value = raw[name];
  const items = typeof value === 'string' ? value.split(/[\s,;]+/) : (value ?? []);
  if (!Array.isArray(items)) throw bad(name, '[…]');
  return [...new Set(items.map((item) => resolved(String(item)).trim()).filter((item) => item !== ''))];
}

export const flag = (raw: Raw, name: string, byDefault: boolean): boolean => {
  const value = raw[name];
  return value === undefined || value === '' ? byDefault : value === true || value === 'true';
};

export function qos(raw: Raw): Qos {
  return number(raw, 'qos', 1, 0, 2) as Qos;
}
