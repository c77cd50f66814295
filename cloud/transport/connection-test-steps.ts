import { lookup } from 'node:dns/promises';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { Endpoint } from '../protocol/endpoint';
import type { Qos } from '../protocol/topics';
import { CHANNELS, formatTopic } from '../protocol/topics';
import { CERTIFICATE, type CertificateSummary, fetchCertificate, handshake } from './certificate';
import type { Connection } from './connection';
import { ConnectionTestError, type ConnectionTestFailure } from './connection-test-error';
import { logIn } from './connection-test-login';
import type { Connected } from './packets';
import { speaksPlain } from './port-probe';
import { formatProxy, type HttpProxy, hostAndPort } from './proxy';
import { openTunnel, PROXY_TIMEOUT } from './proxy-tunnel';
import { formatCode, REFUSED, refusalOfError } from './reason-codes';
import { plainPort } from './swapped-port';
import { tlsConnectOptions } from './tls-options';

export interface ConnectionTestOptions {
  endpoint: Endpoint;
  projectKey: string;
  projectSecret: string;
  tls: TlsOptions;
  proxy?: HttpProxy | undefined;
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

/** The steps that a test has, in order: `name` and `tcp`, or in their place `proxy`. */
export type StepName = 'name' | 'tcp' | 'proxy' | 'tls' | 'credentials' | 'subscription';

export interface ConnectionTestStep {
  step: StepName;
  ok: boolean;
  /** How long it took. */
  ms: number;
  /** What was found, or what went wrong, in a few words; never a secret. */
  detail: string;
  /** The part of `detail` that is the same in every language: addresses, codes, the broker's own words. */
  fact?: string;
  reason?: ConnectionTestFailure;
  /** Of the broker, whether it is trusted or not. */
  certificate?: CertificateSummary;
}

/** The options, and what one step leaves to the next. */
export interface ConnectionTest extends ConnectionTestOptions {
  tcp?: Socket;
  connection?: Connection;
  connected?: Connected;
  certificate?: CertificateSummary | undefined;
  /** Aborted when the test is over. */
  over: AbortSignal;
}

type Step = [StepName, (test: ConnectionTest) => Promise<string>];

/** The steps in order. Each resolves with what it found, or rejects. */
export const stepsOf = ({ proxy }: Pick<ConnectionTestOptions, 'proxy'>): readonly Step[] => [
  ...(proxy ? THROUGH_PROXY : DIRECTLY),
  ['tls', secure],
  ['credentials', logIn],
  ['subscription', subscribe],
];
const DIRECTLY: readonly Step[] = [
  ['name', resolve],
  ['tcp', reach],
];
/** The proxy looks the name up and makes the connection. */
const THROUGH_PROXY: readonly Step[] = [['proxy', askProxy]];

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

async function askProxy(test: ConnectionTest): Promise<string> {
  const { proxy, endpoint, timeout, over } = test;
  if (!proxy) return '';
  // Before the whole test is over, so that the proxy is named.
  const limit = Math.min(PROXY_TIMEOUT, 0.8 * timeout);
  test.tcp = await openTunnel(proxy, endpoint, { signal: over, timeout: limit });
  return `${formatProxy(proxy)} → ${hostAndPort(endpoint.host, endpoint.port)}`;
}

async function secure(test: ConnectionTest): Promise<string> {
  const { endpoint, tls, tcp, over } = test;
  try {
    const { protocol, certificate } = await handshake({
      ...tlsConnectOptions(endpoint, tls),
      ...(tcp && { socket: tcp }),
    });
    test.certificate = certificate;
    return protocol;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { trouble, detail } = refusalOfError(error);
    if (CERTIFICATE.has(trouble)) test.certificate = await fetchCertificate(test, over);
    if (trouble === 'lost' && (await speaksPlain(test, over)))
      throw new ConnectionTestError('plainPort', plainPort(endpoint, detail).detail);
    throw error;
  }
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
  const detail = `${formatCode(code)} ${names}`;
  throw new ConnectionTestError(REASONS[code] ?? 'subscription', detail, detail);
}
