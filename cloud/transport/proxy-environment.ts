import { isIP } from 'node:net';
import { type Endpoint, formatEndpoint } from '../protocol/endpoint';

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** `proxyOptions` of Node-RED's settings file. */
export interface ProxyOptions {
  /** `legacy`: as Node-RED before 4. The variable NR_PROXY_MODE comes first. */
  mode?: unknown;
  favourUpperCase?: unknown;
  lowerCaseOnly?: unknown;
  /** Whether the variables that npm sets are left out. */
  excludeNpm?: unknown;
}

/** The URL of a proxy, and the variable that holds it. */
export interface FoundProxy {
  url: string;
  variable: string;
}

/**
 * The proxy that `environment` names for `endpoint`, by the rules of Node-RED's own nodes (proxyHelper.js), which have it
 * from `proxy-from-env`. `wss_proxy`, which core's nodes read for `wss`, comes before `https_proxy`. `undefined`: none.
 */
export function findProxy(
  endpoint: Endpoint,
  environment: Environment,
  options: ProxyOptions = {},
): FoundProxy | undefined {
  const mode = process.env.NR_PROXY_MODE?.trim();
  const legacy = mode === 'legacy' || (mode !== 'strict' && options.mode === 'legacy');
  return legacy ? findAsBefore(endpoint, environment) : findStrictly(endpoint, environment, options);
}

function findStrictly(
  endpoint: Endpoint,
  environment: Environment,
  options: ProxyOptions,
): FoundProxy | undefined {
  const read = (name: string): FoundProxy | undefined => {
    if (options.excludeNpm === true && name.startsWith('npm_config_')) return undefined;
    const upper = name.toUpperCase();
    const both = options.favourUpperCase === true ? [upper, name] : [name, upper];
    for (const variable of options.lowerCaseOnly === true ? [name] : both) {
      const url = environment[variable];
      if (url) return { url, variable };
    }
    return undefined;
  };
  const listed = (read('npm_config_no_proxy') ?? read('no_proxy'))?.url ?? '';
  if (isExempt(endpoint, listed)) return undefined;
  const own = [endpoint.protocol, 'https'].flatMap((scheme) => [
    `npm_config_${scheme}_proxy`,
    `${scheme}_proxy`,
  ]);
  for (const name of [...own, 'npm_config_proxy', 'all_proxy']) {
    const found = read(name);
    if (found) return found;
  }
  return undefined;
}

/** Whether NO_PROXY names the host: itself, or by how it ends; each with a port, if only that one is meant. */
function isExempt({ host, port }: Endpoint, listed: string): boolean {
  const name = isIP(host) === 6 ? `[${host}]` : host;
  const list = listed.toLowerCase().trim();
  if (list === '*') return true;
  return list.split(/[,\s]/).some((item) => {
    if (item === '') return false;
    if (isIP(item) === 6) return item === host;
    const [, start = item, only] = /^(.+):(\d+)$/.exec(item) ?? [];
    if (only !== undefined && Number(only) !== port) return false;
    if (!/^[.*]/.test(start)) return name === start;
    return name.endsWith(start.startsWith('*') ? start.slice(1) : start);
  });
}

/** As Node-RED 3: `http_proxy`, and NO_PROXY holds parts of URLs. */
function findAsBefore(endpoint: Endpoint, environment: Environment): FoundProxy | undefined {
  const listed = environment.NO_PROXY || environment.no_proxy || undefined; // empty is none
  const url = formatEndpoint(endpoint);
  if (listed?.split(',').some((part) => url.includes(part.trim()))) return undefined;
  const variable = ['HTTP_PROXY', 'http_proxy'].find((name) => environment[name]);
  return variable === undefined ? undefined : { url: environment[variable] ?? '', variable };
}
