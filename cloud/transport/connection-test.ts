import { lookup } from 'node:dns/promises';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions as TlsOptions } from 'node:tls';
import type { Endpoint } from '../protocol/endpoint';
import type { Qos } from '../protocol/topics';
import { CHANNELS, formatTopic } from '../protocol/topics';
import { openConnection } from './connection';
import type { Connection, ProtocolVersion } from './connection-api';
import { formatCode, REFUSED, type Refusal, refusalOfError, type Trouble } from './reason-codes';

export interface ProbeOptions {
  endpoint: Endpoint;
  projectKey: string;
  projectSecret: string;
  tls: TlsOptions;
  protocol: 'auto' | '5' | '3.1.1';
  /** One of its own, so that no live session is disturbed. */
  clientId: string;
  /** Milliseconds for all steps together. */
  timeout: number;
}

export interface ProbeStep {
  step: 'name' | 'tcp' | 'tls' | 'credentials' | 'subscription';
  ok: boolean;
  /** How long it took. */
  ms: number;
  /** What was found, or what went wrong, in a few words; never a secret. */
  detail: string;
  reason?: Trouble | 'subscription';
}

/** What the steps leave to each other. */
interface Probe extends ProbeOptions {
  tcp?: Socket;
  connection?: Connection;
}

const MAX_DETAIL = 200;

class Failed extends Error {
  constructor(
    readonly reason: Trouble | 'subscription',
    detail: string,
  ) {
    super(detail);
  }
}

const STEPS: readonly [ProbeStep['step'], (probe: Probe) => Promise<string>][] = [
  ['name', async ({ endpoint: { host } }) => (isIP(host) ? host : (await lookup(host)).address)],
  ['tcp', reach],
  ['tls', secure],
  ['credentials', logIn],
  ['subscription', subscribe],
];

/** Tries a connection step by step, up to the first that fails, and leaves nothing behind. Never rejects. */
export async function probeConnection(options: ProbeOptions): Promise<ProbeStep[]> {
  const probe: Probe = { ...options };
  const deadline = Date.now() + options.timeout;
  const steps: ProbeStep[] = [];
  for (const [step, run] of STEPS) {
    const start = Date.now();
    const result = await inTime(run(probe), deadline - start).then(
      (detail) => ({ ok: true, detail }),
      (error: Error) => {
        const { trouble, detail } = refusalOfError(error);
        return { ok: false, detail, reason: error instanceof Failed ? error.reason : trouble };
      },
    );
    steps.push({ step, ...result, detail: result.detail.slice(0, MAX_DETAIL), ms: Date.now() - start });
    if (!result.ok) break;
  }
  probe.tcp?.destroy();
  await probe.connection?.close(false);
  return steps;
}

async function inTime<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Failed('timeout', 'no answer in time')), Math.max(0, ms));
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function reach(probe: Probe): Promise<string> {
  const { host, port } = probe.endpoint;
  const tcp = connectTcp({ host, port });
  probe.tcp = tcp;
  return new Promise((resolve, reject) => {
    tcp.on('error', reject).once('connect', () => resolve(`${tcp.remoteAddress}:${port}`));
  });
}

function secure({ endpoint: { host }, tls, tcp }: Probe): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({
      minVersion: 'TLSv1.2',
      ...(isIP(host) ? {} : { servername: host }),
      ...tls,
      host,
      ...(tcp && { socket: tcp }),
    });
    socket.on('error', reject).once('secureConnect', () => {
      const { issuer, valid_to } = socket.getPeerCertificate();
      resolve(`${socket.getProtocol()}, issuer ${issuer?.CN ?? issuer?.O ?? '?'}, valid to ${valid_to}`);
      socket.destroy();
    });
  });
}

async function logIn(probe: Probe): Promise<string> {
  const versions: ProtocolVersion[] = probe.protocol === 'auto' ? [5, 4] : probe.protocol === '5' ? [5] : [4];
  let refusal: Refusal = { trouble: 'protocol', detail: '' };
  for (const version of versions) {
    const outcome = await connect(probe, version);
    if (outcome === undefined) return version === 5 ? 'MQTT 5' : 'MQTT 3.1.1';
    refusal = outcome;
    if (refusal.trouble !== 'protocol' && refusal.trouble !== 'lost') break;
  }
  throw new Failed(refusal.trouble, refusal.detail);
}

/** `undefined` when connected. */
function connect(probe: Probe, version: ProtocolVersion): Promise<Refusal | undefined> {
  const { endpoint, projectKey, projectSecret, tls, clientId, timeout } = probe;
  return new Promise((resolve) => {
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
        onConnected: () => resolve(undefined),
        onMessage: () => undefined,
        onNoSubscribers: () => undefined,
        onClosed: resolve,
      },
    );
  });
}

async function subscribe({ connection, projectKey }: Probe): Promise<string> {
  const filters = CHANNELS.map((channel): [string, Qos] => [
    formatTopic(projectKey, '+', channel, channel === 'data' ? '+' : undefined),
    0,
  ]);
  const codes = (await connection?.subscribe(filters)) ?? [];
  const refused = filters.filter((_, i) => (codes[i] ?? REFUSED) >= REFUSED);
  if (refused.length === 0) return `${filters.length} of ${filters.length}`;
  const names = refused.map(([filter]) => filter).join(', ');
  throw new Failed(
    'subscription',
    `${formatCode(codes.find((code) => code >= REFUSED) ?? REFUSED)} ${names}`,
  );
}
