import { connect, type TLSSocket, type ConnectionOptions as TlsOptions } from 'node:tls';
import { type Endpoint, formatEndpoint } from '../protocol/endpoint';
import type { Refusal, Trouble } from './reason-codes';
import { tlsConnectOptions } from './tls-options';

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

/** Milliseconds. */
const ANSWER_TIMEOUT = 3_000;
/** CONNECT of MQTT 3.1.1 without a client id, user name or password: the answer is a CONNACK, of whatever code. */
const ANONYMOUS_CONNECT = Buffer.from('100c00044d5154540402001e0000', 'hex');
const CONNACK = 0x20;

/** Speaks the other protocol to the port, without credentials, and checks whether it answers in it. */
function ask(endpoint: Endpoint, tls: TlsOptions, answered: (swapped: boolean) => void): TLSSocket {
  const mqtts = endpoint.protocol === 'mqtts';
  const question = mqtts
    ? `GET / HTTP/1.1\r\nHost: ${endpoint.host}\r\nConnection: close\r\n\r\n`
    : ANONYMOUS_CONNECT;
  const socket = connect(tlsConnectOptions(endpoint, tls), () => socket.write(question));
  let swapped = false;
  socket.once('data', (bytes: Buffer) => {
    swapped = mqtts ? isHttp(bytes) : bytes[0] === CONNACK;
    socket.destroy();
  });
  socket.setTimeout(ANSWER_TIMEOUT, () => socket.destroy());
  socket.on('error', () => socket.destroy()).once('close', () => answered(swapped));
  return socket;
}

/** Examines failures of an access point that has never worked. */
export interface PortCheck {
  /** Returns `refusal`, or `swappedPort` instead. */
  name(refusal: Refusal): Refusal;
  stop(): void;
}

/** On the second failure that looks like a swapped port, the port is asked. `found` is called if it is one. */
export function createPortCheck(
  endpoint: Endpoint,
  tls: TlsOptions,
  found: (refusal: Refusal) => void,
): PortCheck {
  let failures = 0;
  let swapped: Refusal | undefined;
  let socket: TLSSocket | undefined;
  return {
    name(refusal) {
      if (!SYMPTOMS.has(refusal.trouble)) return refusal;
      failures += 1;
      const named = swapped ?? nameSwappedPort(endpoint, refusal);
      if (failures === 2 && named === refusal) {
        socket = ask(endpoint, tls, (yes) => {
          if (!yes) return;
          swapped = swappedPort(endpoint, refusal.detail);
          found(swapped);
        });
      }
      return named;
    },
    stop: () => socket?.destroy(),
  };
}
