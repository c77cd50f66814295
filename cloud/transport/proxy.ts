import { isIP } from 'node:net';

/** An HTTP proxy that makes tunnels (the method CONNECT). */
export interface HttpProxy {
  /** How the proxy itself is spoken to. */
  protocol: 'http' | 'https';
  /** Host name or address; IPv6 without brackets. */
  host: string;
  port: number;
  /** Both empty: none. */
  username: string;
  password: string;
}

const DEFAULT_PORTS = { http: 80, https: 443 } as const;

/**
 * The proxy of a URL such as `http://user:password@host:3128`; without a scheme it is `http`. `credentials`, if one of them
 * is not empty, come before those in the URL, as in Node-RED's _http request_ node. `undefined`: not a proxy of this kind.
 */
export function parseProxy(
  text: string,
  credentials: { username?: string; password?: string } = {},
): HttpProxy | undefined {
  const trimmed = text.trim();
  const url = read(/^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`);
  const protocol = url?.protocol.slice(0, -1);
  if (!url || (protocol !== 'http' && protocol !== 'https') || url.hostname === '') return undefined;
  const { username = '', password = '' } = credentials;
  const given = username !== '' || password !== '';
  return {
    protocol,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? DEFAULT_PORTS[protocol] : Number(url.port),
    username: given ? username : decoded(url.username),
    password: given ? password : decoded(url.password),
  };
}

/** `http://host:port`, without credentials. */
export const formatProxy = ({ protocol, host, port }: HttpProxy): string =>
  `${protocol}://${hostAndPort(host, port)}`;

/** As CONNECT names where to go: IPv6 in brackets. */
export const hostAndPort = (host: string, port: number): string =>
  `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;

function read(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined; // Node 20.0 has no URL.parse
  }
}

/** A password with a `%` of its own is taken as it stands. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
