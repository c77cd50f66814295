/** Payloads as the platform reads them. Source: MQTT API page, and the device page for what devices send. */

export interface Call {
  method: string;
  params?: unknown;
  /** On commands and their replies. The API page has a number, the device page a string: compared as strings. */
  id?: string;
}

/** A JSON object; `undefined` for whatever isn't one. */
export function parseObject(payload: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(payload.toString());
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Attributes by identifier (letters, digits, `_`, `-`; 64 at most); a Map, since `__proto__` is an identifier. */
export function parseAttributes(payload: Buffer): Map<string, unknown> | undefined {
  const attributes = new Map(Object.entries(parseObject(payload) ?? {}));
  const valid = [...attributes.keys()].every((identifier) => /^[\w-]{1,64}$/.test(identifier));
  return valid && attributes.size > 0 ? attributes : undefined;
}

/** `{method, params}`, as events have it, or `{method, params, id}`, as commands and replies. */
export function parseCall(payload: Buffer): Call | undefined {
  const { method, params, id } = parseObject(payload) ?? {};
  if (typeof method !== 'string' || method === '') return undefined;
  if (typeof id !== 'number' && typeof id !== 'string') return { method, params };
  return { method, params, id: String(id) };
}

export const toPayload = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
