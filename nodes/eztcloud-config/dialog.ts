import type { NodeAPI } from 'node-red';
import {
  type ClientOptions,
  EztError,
  formatEndpoint,
  isPlainObject,
  isVariable,
  parseEndpoint,
} from '../../cloud';
import type { Raw } from '../shared/raw-settings';
import { type Deployed, deployedNode, isTyped, type Taking, type Values, variableValue } from './deployed';
import { findProject } from './runtime';
import { projectSettings } from './settings';
import { changedTls, deployedTls } from './tls-dialog';

/** Keys that are no properties, or are read separately. */
const APART = ['id', 'endpoint', 'projectKey', 'projectSecret', 'aliases', 'tlsConfig', 'proxyConfig'];

/**
 * Settings of the project whose dialog is open, saved or not. `body`: `id`, the properties and credentials of
 * `eztcloud-config`, and as `tlsConfig` those of the TLS node where it is new or changed. Values that
 * were not typed are the stored ones. Those, and values of environment variables, are sent to the stored access point
 * only, so that no user can have them sent to another host. Throws `EZT_CONFIG`.
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
  elsewhere = stored !== undefined && formatEndpoint(parseEndpoint(endpoint)) !== endpointOf(RED, stored);
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
  };
}

const retype = (option: string) =>
  option === 'projectSecret' ? new EztError('retypeSecret') : new EztError('retypeVariable', { option });

/** The access point of the deployed project; `undefined` if it is not valid. */
function endpointOf(RED: NodeAPI, stored: Deployed): string | undefined {
  const written = stored.properties.endpoint;
  try {
    const value = isVariable(written) ? variableValue(RED, 'endpoint', written, written, stored) : written;
    return formatEndpoint(parseEndpoint(String(value)));
  } catch (error) {
    if (error instanceof EztError) return undefined;
    throw error;
  }
}
