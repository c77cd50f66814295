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
const SHAPE = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\[[0-9a-f:.]+\]|[^\s/:@?#[\]]+)(?::(\d{1,5}))?(\/[^\s?#]*)?$/i;
/** The encrypted form of what people paste from elsewhere. */
const TLS_FORM: ReadonlyMap<string | undefined, string> = new Map([
  ['mqtt', 'mqtts://…:7885'],
  ['tcp', 'mqtts://…:7885'],
  ['ws', 'wss://…:7886'],
  ['http', 'wss://…:7886'],
]);

/**
 * The *MQTT API access point* as the console shows it: `mqtts://host[:7885]`, `wss://host[:7886][/mqtt]` or a
 * bare `host[:port]` (= mqtts). Throws `EZT_CONFIG` for anything else, plaintext schemes by name.
 */
export function parseEndpoint(text: string): Endpoint {
  const trimmed = text.trim();
  if (trimmed === '') throw new EztError('noEndpoint');
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(trimmed)?.[1]?.toLowerCase();
  const advice = TLS_FORM.get(scheme);
  if (scheme && advice) throw new EztError('plaintext', { scheme, advice });
  const [, , host, port, path = ''] = SHAPE.exec(trimmed) ?? [];
  const protocol = scheme ?? 'mqtts';
  if (!host || (protocol !== 'mqtts' && protocol !== 'wss')) throw new EztError('badEndpoint');
  if (protocol === 'mqtts' && path !== '' && path !== '/') throw new EztError('badEndpoint');
  const number = port === undefined ? DEFAULTS[protocol].port : Number(port);
  if (number < 1 || number > 65_535) throw new EztError('badEndpoint');
  // In the form that name servers and certificates know: lower case, IDNA, no character a host cannot have.
  const url = `https://${host}`;
  if (!URL.canParse(url)) throw new EztError('badEndpoint');
  return {
    protocol,
    host: new URL(url).hostname.replace(/^\[|\]$/g, ''),
    port: number,
    path: protocol === 'wss' && path.length > 1 ? path : DEFAULTS[protocol].path,
  };
}

/** `endpoint` in full, e.g. `wss://host:7886/mqtt`. */
export function formatEndpoint({ protocol, host, port, path }: Endpoint): string {
  return `${protocol}://${host.includes(':') ? `[${host}]` : host}:${port}${path}`;
}
