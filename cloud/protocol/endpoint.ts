import { EztError } from './errors';

/** Where a project's MQTT API is served. */
export interface Endpoint {
  protocol: 'mqtts' | 'wss';
  /** Host name or address; IPv6 without brackets. */
  host: string;
  port: number;
  /** Of the WebSocket; empty for mqtts. */
  path: string;
}

const DEFAULTS = { mqtts: { port: 7885, path: '' }, wss: { port: 7886, path: '/mqtt' } } as const;
const SHAPE =
  /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\[[0-9a-f:.]+\]|[^\s/:@?#[\]{}-][^\s/:@?#[\]{}]*)(?::(\d{1,5}))?(\/[^\s?#]*)?$/i;
/** The encrypted form of what people paste from elsewhere. */
const TLS_FORM: ReadonlyMap<string | undefined, string> = new Map([
  ['mqtt', 'mqtts://…:7885'],
  ['tcp', 'mqtts://…:7885'],
  ['ws', 'wss://…:7886'],
  ['http', 'wss://…:7886'],
]);

/** Why a text is no access point; `scheme` and `advice` come with `plaintext`. */
export interface EndpointProblem {
  reason: 'noEndpoint' | 'badEndpoint' | 'plaintext';
  scheme?: string;
  advice?: string;
}

/**
 * The *MQTT API access point* as the console shows it: `mqtts://host[:7885]`, `wss://host[:7886][/mqtt]` or a
 * bare `host[:port]` (= mqtts). Throws `EZT_CONFIG` for anything else, plaintext schemes by name.
 */
export function parseEndpoint(text: string): Endpoint {
  const read = readEndpoint(text);
  if (!('reason' in read)) return read;
  const { reason, ...params } = read;
  throw new EztError(reason, params);
}

/** As {@link parseEndpoint}, for the form too: what is wrong is a value, and no English text comes with it. */
export function readEndpoint(text: string): Endpoint | EndpointProblem {
  const trimmed = text.trim();
  if (trimmed === '') return { reason: 'noEndpoint' };
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(trimmed)?.[1]?.toLowerCase();
  const advice = TLS_FORM.get(scheme);
  if (scheme && advice) return { reason: 'plaintext', scheme, advice };
  const [, , host, port, path = ''] = SHAPE.exec(trimmed) ?? [];
  const protocol = scheme ?? 'mqtts';
  if (!host || (protocol !== 'mqtts' && protocol !== 'wss')) return { reason: 'badEndpoint' };
  if (protocol === 'mqtts' && path !== '' && path !== '/') return { reason: 'badEndpoint' };
  const number = port === undefined ? DEFAULTS[protocol].port : Number(port);
  const hostname = canonical(host);
  if (number < 1 || number > 65_535 || hostname === undefined) return { reason: 'badEndpoint' };
  return {
    protocol,
    host: hostname.replace(/^\[|\]$/g, ''),
    port: number,
    path: protocol === 'wss' && path.length > 1 ? path : DEFAULTS[protocol].path,
  };
}

/** `host` in the form that name servers and certificates know: lower case, IDNA, no character a host cannot have. */
function canonical(host: string): string | undefined {
  try {
    return new URL(`https://${host}`).hostname;
  } catch {
    return undefined; // not every browser has URL.canParse
  }
}

/** `endpoint` in full, e.g. `wss://host:7886/mqtt`. */
export function formatEndpoint({ protocol, host, port, path }: Endpoint): string {
  return `${protocol}://${host.includes(':') ? `[${host}]` : host}:${port}${path}`;
}
