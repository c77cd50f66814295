import { createHash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import {
  CHANNELS,
  type Channel,
  type ClientOptions,
  DATA_FORMATS,
  type DataFormat,
  EztError,
  isTopicLevel,
  parseEndpoint,
  type Qos,
} from '../cloud';
import { bad, flag, list, number, oneOf, qos, type Raw, resolved, text } from './raw-settings';

// Each node's settings are parsed here once; nothing behind this file sees the raw ones.

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
  const protocol = oneOf(raw, 'protocol', ['auto', '5', '3.1.1'], 'auto');
  const group = text(raw, 'group');
  if (group !== '' && !isTopicLevel(group)) throw bad('group', 'a name without / + #');
  if (group !== '' && protocol === '3.1.1') throw new EztError('groupNeedsMqtt5');
  const clean = oneOf(raw, 'session', ['clean', 'persistent'], 'clean') === 'clean';
  const clientId = text(raw, 'clientId');
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

export interface InSettings {
  devices: string[];
  channels: Channel[];
  streams: string[];
  attributes: string[];
  methods: string[];
  dataFormat: DataFormat;
  output: 'message' | 'value';
  qos: Qos;
}

/** Settings of `ezt-in`. Throws `EZT_CONFIG`. */
export function inSettings(raw: Raw): InSettings {
  const types = raw.types === undefined ? ['attributes'] : list(raw, 'types');
  const channels = CHANNELS.filter((channel) => types.length === 0 || types.includes(channel));
  if (types.some((type) => !CHANNELS.some((channel) => channel === type)))
    throw bad('types', CHANNELS.join(', '));
  const [devices, streams] = [list(raw, 'devices'), list(raw, 'streams')];
  if (!devices.every(isTopicLevel)) throw bad('devices', 'usernames without / + #');
  if (!streams.every(isTopicLevel)) throw bad('streams', 'identifiers without / + #');
  return {
    devices,
    channels,
    streams,
    attributes: list(raw, 'attributes'),
    methods: list(raw, 'methods'),
    dataFormat: oneOf(raw, 'dataFormat', DATA_FORMATS, 'buffer'),
    output: oneOf(raw, 'output', ['message', 'value'], 'message'),
    qos: qos(raw),
  };
}

export interface AttrOutSettings {
  /** Empty: `msg.device`. */
  device: string;
  /** Empty: the payload is the object of attributes. */
  attribute: string;
  qos: Qos;
}

/** Settings of `ezt-attr-out`. Throws `EZT_CONFIG`. */
export function attrOutSettings(raw: Raw): AttrOutSettings {
  return { device: text(raw, 'device'), attribute: text(raw, 'attribute'), qos: qos(raw) };
}

export interface CommandOutSettings {
  /** Empty: `msg.device`. */
  device: string;
  /** Empty: `msg.method`. */
  method: string;
  params: string;
  paramsType: 'msg' | 'json' | 'flow' | 'global' | 'env' | 'jsonata';
  waitReply: boolean;
  /** Milliseconds. */
  timeout: number;
  qos: Qos;
}

const PARAMS_TYPES = ['msg', 'json', 'flow', 'global', 'env', 'jsonata'] as const;

/** Settings of `ezt-command-out`. Throws `EZT_CONFIG`. */
export function commandOutSettings(raw: Raw): CommandOutSettings {
  const paramsType = oneOf(raw, 'paramsType', PARAMS_TYPES, 'msg');
  return {
    device: text(raw, 'device'),
    method: text(raw, 'method'),
    params: text(raw, 'params') || (paramsType === 'msg' ? 'payload' : ''),
    paramsType,
    waitReply: flag(raw, 'waitReply', true),
    timeout: 1000 * number(raw, 'timeout', 10, 0.001, 2_000_000, false),
    qos: qos(raw),
  };
}
