import { createHash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { NodeAPI } from 'node-red';
import {
  type ClientOptions,
  createAliases,
  EztError,
  fitsField,
  isClientId,
  isTopicLevel,
  MAX_FIELD,
  nameProblem,
  parseEndpoint,
} from '../../cloud';
import { allNames, bad, choice, flag, number, type Raw, resolved, text } from '../shared/raw-settings';
import { directoryOf } from './directory';
import { credentialsLost } from './lost-credentials';

export interface Credentials {
  projectKey?: string;
  projectSecret?: string;
}

/**
 * Key or secret as it was typed, pasted or put in a variable (whose environment has numbers too), without the blanks
 * and line ends around it, such as `echo … | base64` adds.
 */
const credential = (given: unknown): string => String(given ?? '').trim();

/** Settings of `eztcloud-config`; TLS and proxy come from the nodes that `tls` and `proxy` name. Throws `EZT_CONFIG`. */
export function projectSettings(
  RED: NodeAPI,
  raw: Raw,
  credentials: Credentials,
): Omit<ClientOptions, 'tls' | 'proxy' | 'onError'> {
  const endpoint = parseEndpoint(text(raw, 'endpoint'));
  const username = credential(resolved(String(credentials.projectKey ?? ''), 'projectKey'));
  const password = credential(resolved(String(credentials.projectSecret ?? ''), 'projectSecret'));
  if (username === '' && password === '' && credentialsLost(RED)) throw new EztError('credentialsLost');
  if (username === '') throw new EztError('noKey');
  if (!isTopicLevel(username)) throw new EztError('badKey');
  if (password === '') throw new EztError('noSecret');
  // A value that does not fit in CONNECT would fail for ever.
  if (!fitsField(password)) throw bad('projectSecret', `at most ${MAX_FIELD} bytes`);
  const protocol = choice(raw, 'protocol');
  const group = text(raw, 'group');
  if (group !== '') allNames('group', [group], nameProblem);
  if (group !== '' && protocol === '3.1.1') throw new EztError('groupNeedsMqtt5');
  const clean = choice(raw, 'session') === 'clean';
  const clientId = text(raw, 'clientId');
  if (!isClientId(clientId)) throw bad('clientId', `at most ${MAX_FIELD} bytes, no control characters`);
  return {
    project: text(raw, 'name') || text(raw, 'endpoint'),
    aliases: createAliases(typeof raw.aliases === 'string' ? text(raw, 'aliases') : raw.aliases),
    endpoint,
    username,
    password,
    // A group does not work with 3.1.1: no falling back then.
    protocol: group !== '' ? '5' : protocol,
    group,
    clean,
    sessionExpiry: number(raw, 'sessionExpiry'),
    clientId: clientId || (clean ? randomClientId() : stableClientId(RED, raw.id)),
    randomClientId: clientId === '' && clean,
    keepalive: number(raw, 'keepalive'),
    ...disk(RED, raw),
    queue: {
      limit: number(raw, 'queueLimit'),
      expiry: 1000 * number(raw, 'queueExpiry'),
      rate: number(raw, 'rateLimit'),
    },
    commandsInFlight: number(raw, 'commandsInFlight'),
  };
}

/** Where messages, the session and what is known of devices are stored, if they are. */
function disk(RED: NodeAPI, raw: Raw): Required<Pick<ClientOptions, 'disk'>> {
  const queue = choice(raw, 'queueStore') === 'disk';
  const memory = flag(raw, 'memory', true);
  return { disk: { directory: directoryOf(RED, raw.id), queue, memory, free: Promise.resolve() } };
}

/** 23 characters: what every MQTT 3.1.1 broker takes. */
export const randomClientId = (): string => `nr_${randomBytes(10).toString('hex')}`;

/** A client id that stays the same over restarts, and differs in another Node-RED with the same flows. */
function stableClientId(RED: NodeAPI, nodeId: string): string {
  // With read-only settings Node-RED has a new instance id after every start.
  const isWritable = RED.settings.available() && !(RED.settings as { readOnly?: boolean }).readOnly;
  const instance: unknown = isWritable ? RED.settings.get('instanceId') : undefined;
  const identity = [instance ?? `${hostname()} ${RED.settings.userDir}`, nodeId].join(' ');
  return `nr_${createHash('sha256').update(identity).digest('hex').slice(0, 20)}`;
}
