import { type Endpoint, formatEndpoint } from '../protocol/endpoint';
import { isConnack, MQTT_QUESTION, probe, speaksPlain } from './port-probe';
import type { Refusal, Trouble } from './reason-codes';
import { openTls, type Way } from './streams';

/** The ports of an EZtCloud installation, and their protocol. */
const PORTS: Partial<Record<number, Endpoint['protocol']>> = { 7885: 'mqtts', 7886: 'wss' };
/** How a connection to the port of the other protocol may fail. */
const SYMPTOMS: ReadonlySet<Trouble> = new Set<Trouble>([
  'lost',
  'timeout',
  'upgrade',
  'protocol',
  'swappedPort',
]);

/** An HTTP server answers CONNECT with `HTTP/1.1 400 …`, whatever its port. */
export const isHttp = (bytes: Buffer): boolean => bytes.toString('latin1', 0, 5) === 'HTTP/';

/**
 * `refusal`, or in its place that the ports of mqtts and wss are mixed up: for a connection that never got as far as
 * CONNACK, to the well-known port of the other.
 */
export function nameSwappedPort(endpoint: Endpoint, refusal: Refusal): Refusal {
  const served = PORTS[endpoint.port];
  if (served === undefined || served === endpoint.protocol || !SYMPTOMS.has(refusal.trouble)) return refusal;
  return swappedPort(endpoint, refusal.detail);
}

/** `why`: the symptom. */
export function swappedPort(endpoint: Endpoint, why: string): Refusal {
  const other = endpoint.protocol === 'mqtts' ? 'wss' : 'mqtts';
  return {
    trouble: 'swappedPort',
    detail: `${formatEndpoint(endpoint)} looks like the port of ${other}: mqtts is 7885, wss is 7886 (${why})`,
  };
}

/** Speaks the other protocol to the port, without credentials: whether it answers in it. */
export function isSwapped(way: Way, signal: AbortSignal): Promise<boolean> {
  const { protocol, host } = way.endpoint;
  return protocol === 'mqtts'
    ? probe(
        () => openTls(way),
        `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
        isHttp,
        signal,
      )
    : probe(() => openTls(way), MQTT_QUESTION, isConnack, signal);
}

/** The port answers without TLS. */
export function plainPort({ port }: Endpoint, why: string): Refusal {
  return {
    trouble: 'plainPort',
    detail: `port ${port} does not speak TLS: mqtts is 7885, wss is 7886 (${why})`,
  };
}

/** Examines failures of an access point that has never worked. */
export interface PortCheck {
  /** Returns `refusal`, or `swappedPort` or `plainPort` instead. */
  name(refusal: Refusal): Refusal;
  stop(): void;
}

/** On the second failure that looks like a wrong port, the port is asked. `found` is called if it is one. */
export function createPortCheck(way: Way, found: (refusal: Refusal) => void): PortCheck {
  let failures = 0;
  let wrong: Refusal | undefined;
  const asking = new AbortController();

  async function ask({ detail }: Refusal): Promise<void> {
    const { endpoint } = way;
    if (await isSwapped(way, asking.signal)) wrong = swappedPort(endpoint, detail);
    else if (await speaksPlain(way, asking.signal)) wrong = plainPort(endpoint, detail);
    if (wrong && !asking.signal.aborted) found(wrong);
  }

  return {
    name(refusal) {
      if (!SYMPTOMS.has(refusal.trouble)) return refusal;
      failures += 1;
      const named = wrong ?? nameSwappedPort(way.endpoint, refusal);
      if (failures === 2 && named === refusal) void ask(refusal);
      return named;
    },
    stop: () => asking.abort(),
  };
}
