import { lookup } from 'node:dns/promises';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions as TlsOptions } from 'node:tls';
import type { Endpoint } from '../protocol/endpoint';
import type { Qos } from '../protocol/topics';
import { CHANNELS, formatTopic } from '../protocol/topics';
import type { Connection } from './connection';
import { openConnection } from './connection';
import type { ProtocolVersion } from './connection-options';
import type { Connected } from './packets';
import { formatCode, REFUSED, type Refusal, type Trouble } from './reason-codes';
import { nameSwappedPort } from './swapped-port';
import { tlsConnectOptions } from './tls-options';

export interface ConnectionTestOptions {
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

export interface ConnectionTestStep {
  step: 'name' | 'tcp' | 'tls' | 'credentials' | 'subscription';
  ok: boolean;
  /** How long it took. */
  ms: number;
  /** What was found, or what went wrong, in a few words; never a secret. */
  detail: string;
  reason?: ConnectionTestFailure;
}

/** Why a step failed. Each has a short text in the catalogue. */
export type ConnectionTestFailure = Trouble | 'subscription' | 'quota' | 'noShared' | 'noWildcards';

/** The options, and what one step leaves to the next. */
export interface ConnectionTest extends ConnectionTestOptions {
  tcp?: Socket;
  connection?: Connection;
  connected?: Connected;
}

/** The reason of a step's failure that is not an error of the socket. */
export class ConnectionTestError extends Error {
  constructor(
    readonly reason: ConnectionTestFailure,
    detail: string,
  ) {
    super(detail);
  }
}

/** The steps in order. Each resolves with what it found, or rejects. */
export const STEPS: readonly [ConnectionTestStep['step'], (test: ConnectionTest) => Promise<string>][] = [
  ['name', resolve],
  ['tcp', reach],
  ['tls', secure],
  ['credentials', logIn],
  ['subscription', subscribe],
];

async function resolve({ endpoint: { host } }: ConnectionTest): Promise<string> {
  if (isIP(host)) return host;
  const addresses = await lookup(host, { all: true });
  return addresses.map(({ address }) => address).join(', ');
}

function reach(test: ConnectionTest): Promise<string> {
  const tcp = connectTcp(tlsConnectOptions(test.endpoint, test.tls));
  test.tcp = tcp;
  return new Promise((done, failed) => {
    tcp.on('error', failed).once('connect', () => done(`${tcp.remoteAddress}:${tcp.remotePort}`));
  });
}

function secure({ endpoint, tls, tcp }: ConnectionTest): Promise<string> {
  return new Promise((done, failed) => {
    const socket = connectTls({ ...tlsConnectOptions(endpoint, tls), ...(tcp && { socket: tcp }) });
    socket.on('error', failed).once('secureConnect', () => {
      const { issuer, valid_to } = socket.getPeerCertificate();
      done(`${socket.getProtocol()}, issuer ${issuer?.CN ?? issuer?.O ?? '?'}, valid to ${dayOf(valid_to)}`);
      socket.destroy();
    });
  });
}

/** The day of a certificate's `date`, in ISO 8601; text that is not a date stays as it is. */
function dayOf(date: string | undefined): string {
  const time = Date.parse(date ?? '');
  return Number.isNaN(time) ? String(date) : (new Date(time).toISOString().split('T')[0] ?? '');
}

/** How MQTT 5 may fail with a broker that knows 3.1.1 only. */
const MAY_BE_VERSION: ReadonlySet<Trouble> = new Set<Trouble>(['protocol', 'lost', 'swappedPort']);

async function logIn(test: ConnectionTest): Promise<string> {
  const versions: ProtocolVersion[] = test.protocol === 'auto' ? [5, 4] : test.protocol === '5' ? [5] : [4];
  let refusal: Refusal = { trouble: 'protocol', detail: '' };
  for (const version of versions) {
    const outcome = await connect(test, version);
    if (outcome === undefined) return version === 5 ? 'MQTT 5' : 'MQTT 3.1.1';
    refusal = nameSwappedPort(test.endpoint, outcome);
    if (!MAY_BE_VERSION.has(refusal.trouble)) break;
  }
  throw new ConnectionTestError(refusal.trouble, refusal.detail);
}

/** `undefined` when connected. */
function connect(test: ConnectionTest, version: ProtocolVersion): Promise<Refusal | undefined> {
  const { endpoint, projectKey, projectSecret, tls, clientId, timeout } = test;
  return new Promise((done) => {
    test.connection = openConnection(
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
          test.connected = connected;
          done(undefined);
        },
        onMessage: () => undefined,
        onNoSubscribers: () => undefined,
        onClosed: done,
      },
    );
  });
}

/** SUBACK reason codes that are not about permission. */
const REASONS: Readonly<Record<number, ConnectionTestFailure>> = {
  0x97: 'quota',
  0x9e: 'noShared',
  0xa2: 'noWildcards',
};

/** Subscribes to everything of the project, as a node without filters does. */
async function subscribe({
  connection,
  connected,
  projectKey,
  group,
  clientId,
}: ConnectionTest): Promise<string> {
  if (group !== '' && connected?.sharedSubscriptions === false) {
    throw new ConnectionTestError('noShared', 'CONNACK: shared subscriptions are not available');
  }
  if (connected?.wildcardSubscriptions === false) {
    throw new ConnectionTestError('noWildcards', 'CONNACK: wildcard subscriptions are not available');
  }
  // Not in the group itself: the test would take messages from it. Permission does not depend on the group's name.
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
  throw new ConnectionTestError(REASONS[code] ?? 'subscription', `${formatCode(code)} ${names}`);
}
