import { createHash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import {
  type ClientOptions,
  EztError,
  fitsField,
  isClientId,
  isTopicLevel,
  MAX_FIELD,
  parseEndpoint,
} from '../../cloud';
import { bad, number, oneOf, type Raw, resolved, text } from '../shared/raw-settings';

export interface Credentials {
  projectKey?: string;
  projectSecret?: string;
}

/** Settings of `eztcloud-config`; TLS comes from the node that `tls` names. Throws `EZT_CONFIG`. */
export function projectSettings(
  RED: NodeAPI,
  raw: Raw,
  credentials: Credentials,
): Omit<ClientOptions, 'tls' | 'onError'> {
  const endpoint = parseEndpoint(text(raw, 'endpoint'));
  // The environment of a flow has numbers too.
  const username = resolved(String(credentials.projectKey ?? '')).trim();
  const password = resolved(String(credentials.projectSecret ?? ''));
  if (username === '') throw new EztError('noKey');
  if (!isTopicLevel(username)) throw new EztError('badKey');
  if (password === '') throw new EztError('noSecret');
  // What CONNECT has no room for would be tried again for ever.
  if (!fitsField(password)) throw bad('projectSecret', `at most ${MAX_FIELD} bytes`);
  const protocol = oneOf(raw, 'protocol', ['auto', '5', '3.1.1'], 'auto');
  const group = text(raw, 'group');
  if (group !== '' && !isTopicLevel(group)) throw bad('group', 'a name without / + #');
  if (group !== '' && protocol === '3.1.1') throw new EztError('groupNeedsMqtt5');
  const clean = oneOf(raw, 'session', ['clean', 'persistent'], 'clean') === 'clean';
  const clientId = text(raw, 'clientId');
  if (!isClientId(clientId)) throw bad('clientId', `at most ${MAX_FIELD} bytes, no control characters`);
  return {
    endpoint,
    username,
    password,
    // A group does not work with 3.1.1: no falling back then.
    protocol: group !== '' ? '5' : protocol,
    group,
    clean,
    sessionExpiry: number(raw, 'sessionExpiry', 3600, 0, 0xffff_ffff),
    clientId: clientId || (clean ? randomClientId() : stableClientId(RED, raw.id)),
    randomClientId: clientId === '' && clean,
    keepalive: number(raw, 'keepalive', 30, 0, 65_535),
    ...disk(RED, raw, clean),
    queue: {
      limit: number(raw, 'queueLimit', 1000, 1, 1_000_000),
      expiry: 1000 * number(raw, 'queueExpiry', 60, 0.001, 2_000_000, false),
      rate: number(raw, 'rateLimit', 0, 0, 1_000_000, false),
    },
  };
}

/** What survives a restart lies under the user directory, apart for each config node. */
function disk(RED: NodeAPI, raw: Raw, clean: boolean): Pick<ClientOptions, 'disk'> {
  const queue = oneOf(raw, 'queueStore', ['memory', 'disk'], 'memory') === 'disk';
  if (clean && !queue) return {};
  const directory = join(RED.settings.userDir ?? '.', 'eztcloud', raw.id.replace(/[^\w.-]/g, '_'));
  return { disk: { directory, queue, free: Promise.resolve() } };
}

/** 23 characters: what every MQTT 3.1.1 broker takes. */
export const randomClientId = (): string => `nr_${randomBytes(10).toString('hex')}`;

/** The same after every restart of this Node-RED, another in every other Node-RED with the same flows. */
function stableClientId(RED: NodeAPI, nodeId: string): string {
  const instance: unknown = RED.settings.available() ? RED.settings.get('instanceId') : undefined;
  const identity = [instance ?? `${hostname()} ${RED.settings.userDir}`, nodeId].join(' ');
  return `nr_${createHash('sha256').update(identity).digest('hex').slice(0, 20)}`;
}
