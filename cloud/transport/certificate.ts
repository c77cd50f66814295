import { type ConnectionOptions, connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { printable } from '../protocol/printable';
import { openTunnel } from './proxy-tunnel';
import type { Way } from './streams';
import { tlsConnectOptions } from './tls-options';
import type { Trouble } from './trouble';

/** What a person wants to know of a certificate. Its names may hold anything; they are made printable. */
export interface CertificateSummary {
  subject: string;
  issuer: string;
  /** Days in ISO 8601. */
  validFrom: string;
  validTo: string;
  /** The hosts that it is for. */
  names: string[];
}

/** Failures that are explained by the certificate. */
export const CERTIFICATE: ReadonlySet<Trouble> = new Set<Trouble>([
  'untrusted',
  'expired',
  'notYetValid',
  'hostname',
]);

const MAX_NAME = 100;
const MAX_NAMES = 10;
/** Milliseconds to look at a certificate that was refused. */
const LOOK = 3_000;

/** One TLS handshake, after which the connection is closed: the version, and the certificate of the server. */
export function handshake(
  options: ConnectionOptions,
  signal?: AbortSignal,
): Promise<{ protocol: string; certificate: CertificateSummary | undefined }> {
  return new Promise((done, failed) => {
    const socket = connect(options);
    const end = () => socket.destroy();
    signal?.addEventListener('abort', end);
    socket.on('error', failed).once('close', () => {
      signal?.removeEventListener('abort', end);
      failed(new Error('the connection was closed'));
    });
    socket.once('secureConnect', () => {
      done({ protocol: socket.getProtocol() ?? 'TLS', certificate: summaryOf(socket) });
      socket.destroy();
    });
  });
}

/**
 * The certificate that has been refused, from a connection of its own, on which nothing is sent and no client certificate
 * is shown. Never rejects.
 */
export async function fetchCertificate(
  { endpoint, tls, proxy }: Way,
  over: AbortSignal,
): Promise<CertificateSummary | undefined> {
  const { cert, key, pfx, passphrase, ...others } = tls;
  const look = new AbortController();
  const { signal } = look;
  const end = () => look.abort();
  const timer = setTimeout(end, LOOK);
  over.addEventListener('abort', end);
  try {
    const tunnel = proxy && { socket: await openTunnel(proxy, endpoint, { signal }) };
    const options = { ...tlsConnectOptions(endpoint, others), ...tunnel, rejectUnauthorized: false };
    return (await handshake(options, signal)).certificate;
  } catch {
    return undefined; // the failure itself is what is reported
  } finally {
    clearTimeout(timer);
    over.removeEventListener('abort', end);
  }
}

function summaryOf(socket: TLSSocket): CertificateSummary | undefined {
  const certificate = socket.getPeerCertificate();
  if (Object.keys(certificate ?? {}).length === 0) return undefined;
  const { subject, issuer, valid_from, valid_to, subjectaltname = '' } = certificate;
  const names = [...subjectaltname.matchAll(/(?:DNS|IP Address):("(?:[^"\\]|\\.)*"|[^,\s]+)/g)];
  return {
    subject: nameOf(subject),
    issuer: nameOf(issuer),
    validFrom: dayOf(valid_from),
    validTo: dayOf(valid_to),
    names: names.slice(0, MAX_NAMES).map(([, name]) => printable(name ?? '', MAX_NAME)),
  };
}

/** The common name, and the organisation if there is one. */
function nameOf(name: PeerCertificate['subject'] | undefined): string {
  const parts = [name?.CN, name?.O].filter((part) => part !== undefined);
  return printable(parts.join(', ') || '?', MAX_NAME);
}

/** The day of a certificate's `date`, in ISO 8601; text that is not a date stays as it is. */
function dayOf(date: string | undefined): string {
  const time = Date.parse(date ?? '');
  return Number.isNaN(time) ? printable(String(date), MAX_NAME) : new Date(time).toISOString().slice(0, 10);
}
