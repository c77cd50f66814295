import { lookup } from 'node:dns/promises';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions as TlsOptions } from 'node:tls';
import type { Endpoint } from '../protocol/endpoint';
import type { Qos } from '../protocol/topics';
import { CHANNELS, formatTopic } from '../protocol/topics';
import { openConnection } from './connection';
import type { Connected, Connection, ProtocolVersion } from './connection-api';
import { formatCode, REFUSED, type Refusal, type Trouble } from './reason-codes';
import { nameSwappedPort } from './swapped-port';
import { tlsConnectOptions } from './tls-options';

export interface ProbeOptions {
  endpoint: Endpoint;
  projectKey: string;
  projectSecret: string;
  tls: TlsOptions;
  protocol: 'auto' | '5' | '3.1.1';
  /** Shared-subscription group, empty for none. */
  group: string;
  /** One of its own, so that no live session is disturbed. */
  clientId: string;
  /** Milliseconds for all steps together. */
  timeout: number;
  /** Ends the test at once. */
  signal?: AbortSignal;
}

export interface ProbeStep {
  step: 'name' | 'tcp' | 'tls' | 'credentials' | 'subscription';
  ok: boolean;
  /** How long it took. */
  ms: number;
  /** What was found, or what went wrong, in a few words; never a secret. */
  detail: string;
  reason?: ProbeFailure;
}

/** Each has a short text in the catalogue. */
export type ProbeFailure = Trouble | 'subscription' | 'quota' | 'noShared' | 'noWildcards';

/** What the steps leave to each other. */
export interface Probe extends ProbeOptions {
  tcp?: Socket;
  connection?: Connection;
  connected?: Connected;
}

/** Why a step failed, where that is not an error of the socket. */
export class ProbeError extends Error {
  constructor(
    readonly reason: ProbeFailure,
    detail: string,
  ) {
    super(detail);
  }
}

/** Each resolves with what it found, and rejects with why it failed. */
export const STEPS: readonly [ProbeStep['step'], (probe: Probe) => Promise<string>][] = [
  ['name', resolve],
  ['tcp', reach],
  ['tls', secure],
  ['credentials', logIn],
  ['subscription', subscribe],
];

async function resolve({ endpoint: { host } }: Probe): Promise<string> {
  if (isIP(host)) return host;
  const addresses = await lookup(host, { all: true });
  return addresses.map(({ address }) => address).join(', ');
}

function reach(probe: Probe): Promise<string> {
  const tcp = connectTcp(tlsConnectOptions(probe.endpoint, probe.tls));
  probe.tcp = tcp;
  return new Promise((done, failed) => {
    tcp.on('error', failed).once('connect', () => done(`${tcp.remoteAddress}:${tcp.remotePort}`));
  });
}

function secure({ endpoint, tls, tcp }: Probe): Promise<string> {
  return new Promise((done, failed) => {
    const socket = connectTls({ ...tlsConnectOptions(endpoint, tls), ...(tcp && { socket: tcp }) });
    socket.on('error', failed).once('secureConnect', () => {
      const { issuer, valid_to } = socket.getPeerCertificate();
      done(`${socket.getProtocol()}, issuer ${issuer?.CN ?? issuer?.O ?? '?'}, valid to ${dayOf(valid_to)}`);
      socket.destroy();
    });
  });
}

/** The day of a certificate's `date`, as ISO 8601 writes it; what is no date stays as it is. */
function dayOf(date: string | undefined): string {
  const time = Date.parse(date ?? '');
  return Number.isNaN(time) ? String(date) : (new Date(time).toISOString().split('T')[0] ?? '');
}

/** What a broker that knows MQTT 3.1.1 only may make of 5; the port may be a wrong guess. */
const MAY_BE_VERSION: ReadonlySet<Trouble> = new Set<Trouble>(['protocol', 'lost', 'swappedPort']);

async function logIn(probe: Probe): Promise<string> {
  const versions: ProtocolVersion[] = probe.protocol === 'auto' ? [5, 4] : probe.protocol === '5' ? [5] : [4];
  let refusal: Refusal = { trouble: 'protocol', detail: '' };
  for (const version of versions) {
    const outcome = await connect(probe, version);
    if (outcome === undefined) return version === 5 ? 'MQTT 5' : 'MQTT 3.1.1';
    refusal = nameSwappedPort(probe.endpoint, outcome);
    if (!MAY_BE_VERSION.has(refusal.trouble)) break;
  }
  throw new ProbeError(refusal.trouble, refusal.detail);
}

/** `undefined` when connected. */
function connect(probe: Probe, version: ProtocolVersion): Promise<Refusal | undefined> {
  const { endpoint, projectKey, projectSecret, tls, clientId, timeout } = probe;
  return new Promise((done) => {
    probe.connection = openConnection(
      {
        endpoint,
        username: projectKey,
        password: projectSecret,
        tls,
        version,
        clientId,
        clean: true,
        sessionExpiry: 0,
        keepalive: 30,
        connectTimeout: timeout,
        receiveMaximum: 100,
      },
      {
        onConnected(connected) {
          probe.connected = connected;
          done(undefined);
        },
        onMessage: () => undefined,
        onNoSubscribers: () => undefined,
        onClosed: done,
      },
    );
  });
}

/** SUBACK codes that are not about permission. */
const REASONS: Readonly<Record<number, ProbeFailure>> = {
  0x97: 'quota',
  0x9e: 'noShared',
  0xa2: 'noWildcards',
};

/** Subscribes to what a node that wants everything of the project subscribes to. */
async function subscribe({ connection, connected, projectKey, group, clientId }: Probe): Promise<string> {
  if (group !== '' && connected?.sharedSubscriptions === false) {
    throw new ProbeError('noShared', 'CONNACK: shared subscriptions are not available');
  }
  if (connected?.wildcardSubscriptions === false) {
    throw new ProbeError('noWildcards', 'CONNACK: wildcard subscriptions are not available');
  }
  // A member of the group itself would take messages from the others; permission does not depend on the group's name.
  const shared = group === '' ? '' : `$share/${group}-${clientId}/`;
  const filters = CHANNELS.map((channel): [string, Qos] => [
    `${shared}${formatTopic(projectKey, '+', channel, channel === 'data' ? '+' : undefined)}`,
    0,
  ]);
  const codes = (await connection?.subscribe(filters)) ?? [];
  const refused = filters.filter((_, i) => (codes[i] ?? REFUSED) >= REFUSED);
  if (refused.length === 0) return `${filters.length}/${filters.length}${shared && ', $share'}`;
  const code = codes.find((each) => each >= REFUSED) ?? REFUSED;
  const names = refused.map(([filter]) => filter).join(', ');
  throw new ProbeError(REASONS[code] ?? 'subscription', `${formatCode(code)} ${names}`);
}
