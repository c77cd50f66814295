import { printable } from '../protocol/printable';
import { type BrokerWords, quote } from './broker-words';
import { ProxyError } from './proxy-error';
import type { Refusal, Trouble } from './trouble';

export { needsAPerson, type Refusal, type Trouble } from './trouble';

/** MQTT 5 reason codes from here on are refusals. */
export const REFUSED = 0x80;

/** CONNACK return codes of MQTT 3.1.1 §3.2.2.3, and the reason codes of MQTT 5 §2.4 for failures. */
const REASON_CODES: Record<number, [Trouble, string]> = {
  1: ['protocol', 'unacceptable protocol version'],
  2: ['clientId', 'identifier rejected'],
  3: ['busy', 'server unavailable'],
  4: ['credentials', 'bad user name or password'],
  5: ['unauthorized', 'not authorized'],
  0x80: ['lost', 'unspecified error'],
  0x81: ['lost', 'malformed packet'],
  0x82: ['lost', 'protocol error'],
  0x83: ['lost', 'implementation specific error'],
  0x84: ['protocol', 'unsupported protocol version'],
  0x85: ['clientId', 'client identifier not valid'],
  0x86: ['credentials', 'bad user name or password'],
  0x87: ['unauthorized', 'not authorized'],
  0x88: ['busy', 'server unavailable'],
  0x89: ['busy', 'server busy'],
  0x8a: ['banned', 'banned'],
  0x8b: ['busy', 'server shutting down'],
  0x8c: ['credentials', 'bad authentication method'],
  0x8d: ['timeout', 'keep alive timeout'],
  0x8e: ['takenOver', 'session taken over'],
  0x8f: ['lost', 'topic filter invalid'],
  0x90: ['lost', 'topic name invalid'],
  0x91: ['lost', 'packet identifier in use'],
  0x92: ['lost', 'packet identifier not found'],
  0x93: ['lost', 'receive maximum exceeded'],
  0x94: ['lost', 'topic alias invalid'],
  0x95: ['lost', 'packet too large'],
  0x96: ['busy', 'message rate too high'],
  0x97: ['busy', 'quota exceeded'],
  0x98: ['kicked', 'administrative action'],
  0x99: ['lost', 'payload format invalid'],
  0x9a: ['lost', 'retain not supported'],
  0x9b: ['lost', 'QoS not supported'],
  0x9c: ['moved', 'use another server'],
  0x9d: ['moved', 'server moved'],
  0x9e: ['lost', 'shared subscriptions not supported'],
  0x9f: ['busy', 'connection rate exceeded'],
  0xa0: ['lost', 'maximum connect time'],
  0xa1: ['lost', 'subscription identifiers not supported'],
  0xa2: ['lost', 'wildcard subscriptions not supported'],
};

/** EMQX's answers to CONNECT with a wrong key or secret. */
const HINTS: Partial<Record<number, string>> = {
  5: ': check project key and secret',
  0x87: ': check project key and secret',
};

/** Why the broker refused a connection: CONNACK. */
export function refusalOfCode(code: number, words?: BrokerWords): Refusal {
  const [trouble, text] = REASON_CODES[code] ?? ['lost', 'unknown reason'];
  return { trouble, detail: `${text}${HINTS[code] ?? ''} (${formatCode(code)})${quote(words)}` };
}

/** Why the broker ended a connection: DISCONNECT. `not authorized` is then about a request, not the credentials. */
export function refusalOfDisconnect(code: number, words?: BrokerWords): Refusal {
  const [trouble, text] = REASON_CODES[code] ?? ['lost', 'unknown reason'];
  return {
    trouble: trouble === 'unauthorized' ? 'lost' : trouble,
    detail: `${text} (${formatCode(code)})${quote(words)}`,
  };
}

/** The meaning of a reason code, in words. */
export function describeCode(code: number): string {
  return REASON_CODES[code]?.[1] ?? 'unknown reason';
}

/** `0x87`; codes of MQTT 3.1.1 stay decimal. */
export function formatCode(code: number): string {
  return code < REFUSED ? String(code) : `0x${code.toString(16).toUpperCase()}`;
}

/** Codes of Node's `net`, `dns` and `tls` errors. */
const ERROR_CODES: Record<string, Trouble> = {
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_NODATA: 'dns',
  ECONNREFUSED: 'portClosed',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ETIMEDOUT: 'timeout',
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'notYetValid',
  ERR_TLS_CERT_ALTNAME_INVALID: 'hostname',
  ERR_TLS_CERT_ALTNAME_FORMAT: 'hostname',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'untrusted',
  CERT_UNTRUSTED: 'untrusted',
  CERT_REJECTED: 'untrusted',
  CERT_SIGNATURE_FAILURE: 'untrusted',
  CERT_REVOKED: 'untrusted',
  INVALID_CA: 'untrusted',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'clientCertificate',
  EPROTO: 'tls',
};

/** The most characters of a certificate or a broker in a log line or in the answer of a test. */
export const MAX_DETAIL = 200;

/** Why a socket failed: DNS, TCP, TLS, the WebSocket upgrade, or a broker that did not answer. */
export function refusalOfError(error: Error & { code?: unknown }): Refusal {
  const { code, message } = error;
  if (typeof code === 'number') return refusalOfCode(code);
  if (error instanceof ProxyError) return { trouble: error.trouble, detail: printable(message, MAX_DETAIL) };
  // With several addresses Node gives a code only. Names in certificates may hold anything, so they are made printable.
  const detail = printable(message || String(code ?? error.name), MAX_DETAIL);
  const known = typeof code === 'string' ? ERROR_CODES[code] : undefined;
  if (known === 'expired' || known === 'notYetValid') {
    return { trouble: known, detail: `${detail}: is the clock of this machine right? It says ${today()}` };
  }
  if (isNoTls(message)) return { trouble: 'plainPort', detail: 'the port does not speak TLS' };
  if (known) return { trouble: known, detail };
  if (typeof code === 'string' && /^ERR_(SSL|OSSL|TLS|CRYPTO)_/.test(code)) {
    return {
      trouble: /CERTIFICATE_(REQUIRED|UNKNOWN)|BAD_CERTIFICATE/.test(code) ? 'clientCertificate' : 'tls',
      detail,
    };
  }
  const status = /Unexpected server response: (\d+)/.exec(detail)?.[1];
  if (status) return { trouble: 'upgrade', detail: `WebSocket upgrade answered HTTP ${status}` };
  if (/timeout/i.test(detail)) return { trouble: 'timeout', detail };
  return { trouble: 'lost', detail };
}

/** The first bytes of the server were no record of TLS. */
const isNoTls = (message: string): boolean => /wrong version number|packet length too long/i.test(message);

const today = () => new Date().toISOString().slice(0, 10);
