import { type Endpoint, formatEndpoint } from '../protocol/endpoint';
import type { Refusal, Trouble } from './reason-codes';

/** Ports of an EZtCloud installation, and the transport that is served there. */
const PORTS: Partial<Record<number, Endpoint['protocol']>> = { 7885: 'mqtts', 7886: 'wss' };
/** What comes of speaking the one to a server of the other: it hangs up, or waits for the rest of a request. */
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

/** `why`: what was seen. */
export function swappedPort(endpoint: Endpoint, why: string): Refusal {
  const other = endpoint.protocol === 'mqtts' ? 'wss' : 'mqtts';
  return {
    trouble: 'swappedPort',
    detail: `${formatEndpoint(endpoint)} looks like the port of ${other}: mqtts is 7885, wss is 7886 (${why})`,
  };
}
