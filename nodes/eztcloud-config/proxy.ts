import type { Node, NodeAPI } from 'node-red';
import {
  type Endpoint,
  EztError,
  findProxy,
  type HttpProxy,
  type ProxyOptions,
  parseProxy,
} from '../../cloud';
import { emulatorOf } from './emulator';

/** The part of a core `http proxy` node that is used. */
interface ProxyNode extends Node<{ username?: string; password?: string }> {
  url?: unknown;
  noproxy?: unknown;
}

/** What a core `http proxy` node holds: its properties and credentials. */
export interface ProxyValues {
  url: unknown;
  /** Hosts that are reached directly. */
  noproxy: unknown;
  username?: string | undefined;
  password?: string | undefined;
}

/**
 * The proxy to `endpoint`: that of the core `http proxy` node with the id `id`, or without one that of the environment.
 * `undefined`: none. Throws `EZT_CONFIG`.
 */
export function projectProxy(RED: NodeAPI, id: unknown, endpoint: Endpoint): HttpProxy | undefined {
  if (typeof id !== 'string' || id === '') return environmentProxy(RED, endpoint);
  const node = RED.nodes.getNode(id) as ProxyNode | null;
  if (node?.type !== 'http proxy') throw new EztError('proxyNode');
  const { url, noproxy, credentials } = node;
  return proxyOfNode(RED, { url, noproxy, ...credentials }, endpoint);
}

/** As core's _http request_ node takes it: no URL is no proxy. Throws `EZT_CONFIG`. */
export function proxyOfNode(RED: NodeAPI, values: ProxyValues, endpoint: Endpoint): HttpProxy | undefined {
  const { url, noproxy, username = '', password = '' } = values;
  const https_proxy = String(url ?? '').trim();
  const no_proxy = Array.isArray(noproxy) ? noproxy.join(',') : String(noproxy ?? '');
  const environment = { https_proxy, http_proxy: https_proxy, no_proxy };
  if (findProxy(endpoint, environment, proxyOptions(RED)) === undefined) return undefined;
  const proxy = parseProxy(https_proxy, { username, password });
  if (!proxy) throw new EztError('proxyNode');
  return proxy;
}

function environmentProxy(RED: NodeAPI, endpoint: Endpoint): HttpProxy | undefined {
  const found = findProxy(endpoint, process.env, proxyOptions(RED));
  if (!found || emulatorOf(RED).isAt(endpoint)) return undefined;
  const proxy = parseProxy(found.url);
  if (!proxy) throw new EztError('proxyVariable', { variable: found.variable });
  return proxy;
}

/** `proxyOptions` of the settings file, which core's nodes obey. */
function proxyOptions(RED: NodeAPI): ProxyOptions {
  const options: unknown = Reflect.get(RED.settings, 'proxyOptions');
  return typeof options === 'object' && options !== null ? options : {};
}
