import type { NodeAPI } from 'node-red';
import {
  type ClientOptions,
  type Endpoint,
  EztError,
  formatEndpoint,
  isPlainObject,
  isVariable,
  parseEndpoint,
} from '../../cloud';
import type { Raw } from '../shared/raw-settings';
import { type Deployed, deployedNode, isTyped, type Taking, type Values, variableValue } from './deployed';
import { deployedProxy, dialogProxy, isForeign } from './proxy-dialog';
import { findProject } from './runtime';
import { projectSettings } from './settings';
import { changedTls, deployedTls } from './tls-dialog';

/** Keys that are no properties, or are read separately. */
const APART = [
  'id',
  'endpoint',
  'projectKey',
  'projectSecret',
  'aliases',
  'tlsConfig',
  'proxy',
  'proxyConfig',
];

/**
 * Settings of the project whose dialog is open, saved or not. `body`: `id`, the properties and credentials of
 * `eztcloud-config`, and as `tlsConfig` and `proxyConfig` those of the TLS and the proxy node where they are new or changed.
 * Values that were not typed are the stored ones. Those, and values of environment variables, are sent to the stored access
 * point only, and through no other proxy, so that no user can have them sent to another host. Throws `EZT_CONFIG`.
 */
export function dialogSettings(RED: NodeAPI, body: unknown): Omit<ClientOptions, 'onError'> {
  const form: Values = isPlainObject(body) ? body : {};
  const project = findProject(RED, form.id);
  const stored = deployedNode(RED, form.id, 'eztcloud-config', project?.node);
  const properties = stored?.properties ?? {};
  let elsewhere = false;

  const keepHere: Taking['keepHere'] = (option) => {
    if (elsewhere) throw retype(option);
  };
  const take: Taking['take'] = (option, values, written, deployed, sent = true) => {
    const value = values[option];
    if (!isVariable(value)) return value;
    if (sent) keepHere(option);
    return variableValue(RED, option, value, written[option], deployed);
  };
  const endpoint = String(take('endpoint', form, properties, stored) ?? '');
  const target = parseEndpoint(endpoint);
  const deployedTarget = stored && endpointOf(RED, stored);
  const proxyId = take('proxy', form, properties, stored, false);
  const proxy = dialogProxy(RED, proxyId, form.proxyConfig, target, take);
  elsewhere =
    stored !== undefined &&
    (!deployedTarget ||
      formatEndpoint(target) !== formatEndpoint(deployedTarget) ||
      isForeign(proxy, deployedProxy(RED, stored, deployedTarget)));
  const credential = (name: string) => {
    const written = stored?.credentials ?? {};
    const typed = isTyped(form[name]);
    if (!typed && written[name] !== undefined) keepHere(name);
    return String(take(name, typed ? form : written, written, stored) ?? '');
  };
  const projectSecret = credential('projectSecret');
  const credentials = { projectKey: credential('projectKey'), projectSecret };
  const names = Object.keys(form).filter((name) => !APART.includes(name));
  const raw = Object.fromEntries(names.map((name) => [name, take(name, form, properties, stored)]));
  const sameTls = form.tls === properties.tls;
  return {
    ...projectSettings(RED, { ...raw, id: String(form.id), endpoint } as unknown as Raw, credentials),
    tls: isPlainObject(form.tlsConfig)
      ? changedTls(RED, raw.tls, form.tlsConfig, { take, keepHere })
      : deployedTls(RED, raw.tls, { take, keepHere }, sameTls ? project?.settings?.tls : undefined),
    proxy,
  };
}

const retype = (option: string) =>
  option === 'projectSecret' ? new EztError('retypeSecret') : new EztError('retypeVariable', { option });

/** The access point of the deployed project; `undefined` if it is not valid. */
function endpointOf(RED: NodeAPI, stored: Deployed): Endpoint | undefined {
  const written = stored.properties.endpoint;
  try {
    const value = isVariable(written) ? variableValue(RED, 'endpoint', written, written, stored) : written;
    return parseEndpoint(String(value));
  } catch (error) {
    if (error instanceof EztError) return undefined;
    throw error;
  }
}
