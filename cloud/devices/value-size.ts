/** Deepest nesting of a value that is held. */
const MAX_DEPTH = 100;

/** Rough bytes that a decoded `value` takes beside its place in a list; more than `limit`, if it is more or too deep. */
export function sizeOf(value: unknown, limit: number, depth = 0): number {
  if (typeof value === 'string') return 16 + 2 * value.length;
  if (typeof value !== 'object' || value === null) return 0;
  if (depth === MAX_DEPTH) return limit + 1;
  let size = 32;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length && size <= limit; i += 1)
      size += 8 + sizeOf(value[i], limit - size, depth + 1);
    return size;
  }
  for (const key in value) {
    if (size > limit) break;
    size += 32 + 2 * key.length + sizeOf((value as Record<string, unknown>)[key], limit - size, depth + 1);
  }
  return size;
}
