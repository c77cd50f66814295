import type { NodeAPI } from 'node-red';
import {
  type Endpoint,
  EztError,
  formatProxy,
  type HttpProxy,
  isPlainObject,
  isVariable,
  parseProxy,
} from '../../cloud';
import { type Deployed, deployedNode, isTyped, type Taking, type Values, variableValue } from './deployed';
import { projectProxy, proxyOfNode } from './proxy';

const TYPE = 'http proxy';

/**
 * The proxy to `endpoint` by the core `http proxy` node `id` as its dialog holds it: `config`, its properties and
 * `credentials`, where it is new or changed; without `config` as it is deployed. Credentials that were not typed are the
 * stored ones, which go to the stored proxy only. Throws `EZT_CONFIG`.
 */
export function dialogProxy(
  RED: NodeAPI,
  id: unknown,
  config: unknown,
  endpoint: Endpoint,
  take: Taking['take'],
): HttpProxy | undefined {
  if (id === undefined || id === '') return projectProxy(RED, '', endpoint);
  const stored = deployedNode(RED, id, TYPE);
  const values = isPlainObject(config) ? config : stored?.properties;
  if (!values || (values === stored?.properties && values.d === true)) throw new EztError('proxyNode');
  const { properties = {}, credentials = {} } = stored ?? {};
  // None of this is sent to the broker.
  const property = (name: string) => take(name, values, properties, stored, false);
  const url = property('url');
  const typed: Values = isPlainObject(values.credentials) ? values.credentials : {};
  const kept = (host: unknown) => listOf(properties.noproxy).find((each) => each === host);
  const isSame = placeOf(url) === placeOf(storedUrl(RED, stored));
  const credential = (name: string): string => {
    const given = isTyped(typed[name]) ? typed : credentials;
    const isStored = given === credentials || isVariable(given[name]);
    if (isStored && !isSame && (given[name] ?? '') !== '') throw new EztError('retypeProxy');
    return String(take(name, given, credentials, stored, false) ?? '');
  };
  const noproxy = listOf(values.noproxy).map((host) =>
    isVariable(host) ? take('noproxy', { noproxy: host }, { noproxy: kept(host) }, stored, false) : host,
  );
  const proxy = proxyOfNode(RED, { url, noproxy }, endpoint);
  return (
    proxy && parseProxy(String(url), { username: credential('username'), password: credential('password') })
  );
}

/** The proxy that the deployed project uses for its access point; `undefined`: none, or it is not usable. */
export function deployedProxy(RED: NodeAPI, project: Deployed, endpoint: Endpoint): HttpProxy | undefined {
  const take: Taking['take'] = (option, values, written, deployed) =>
    isVariable(values[option])
      ? variableValue(RED, option, values[option], written[option], deployed)
      : values[option];
  try {
    const { properties } = project;
    return dialogProxy(RED, take('proxy', properties, properties, project), undefined, endpoint, take);
  } catch (error) {
    if (error instanceof EztError) return undefined;
    throw error;
  }
}

/** Whether `proxy` is another one than the project has: whoever runs it gets to see what passes. */
export const isForeign = (proxy: HttpProxy | undefined, deployed: HttpProxy | undefined): boolean =>
  proxy !== undefined && (deployed === undefined || formatProxy(proxy) !== formatProxy(deployed));

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** `undefined` where the node does not run. */
function storedUrl(RED: NodeAPI, stored: Deployed | undefined): unknown {
  const url = stored?.properties.url;
  if (!isVariable(url)) return url;
  return stored?.node && variableValue(RED, 'url', url, url, stored);
}

/** Protocol, host and port of a proxy's URL. */
function placeOf(url: unknown): string | undefined {
  const proxy = parseProxy(String(url ?? ''));
  return proxy && formatProxy(proxy);
}
