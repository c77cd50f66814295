/** Why a connection failed or ended. Each has a short text in the catalogue. */
export type Trouble =
  | 'credentials'
  | 'unauthorized'
  | 'banned'
  | 'clientId'
  | 'protocol'
  | 'busy'
  | 'untrusted'
  | 'expired'
  | 'notYetValid'
  | 'hostname'
  | 'clientCertificate'
  | 'tls'
  | 'dns'
  | 'unreachable'
  | 'portClosed'
  | 'timeout'
  | 'upgrade'
  | 'swappedPort'
  | 'plainPort'
  | 'packetSize'
  | 'moved'
  | 'takenOver'
  | 'kicked'
  | 'lost'
  | ProxyTrouble;

/** Why a proxy gave no connection to the broker. */
export type ProxyTrouble =
  | 'proxyUnreachable'
  | 'proxyTls'
  | 'proxyTimeout'
  | 'proxyAnswer'
  | 'proxyCredentials'
  | 'proxyRefused'
  | 'proxyUpstream';

export interface Refusal {
  trouble: Trouble;
  /** The details from the broker or the socket; never a secret. */
  detail: string;
}

/** What a person has to fix: it is retried slowly. Everything else may pass by itself and is retried soon. */
const NEEDS_A_PERSON: ReadonlySet<Trouble> = new Set<Trouble>([
  'credentials',
  'unauthorized',
  'banned',
  'clientId',
  'protocol',
  'untrusted',
  'expired',
  'hostname',
  'clientCertificate',
  'tls',
  'plainPort',
  'packetSize',
  // A directory locks an account after a few wrong passwords.
  'proxyCredentials',
  'proxyTls',
]);
export const needsAPerson = ({ trouble }: Refusal): boolean => NEEDS_A_PERSON.has(trouble);
