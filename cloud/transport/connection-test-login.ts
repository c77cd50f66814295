import { factIn } from '../protocol/fact';
import { openConnection } from './connection';
import type { ProtocolVersion } from './connection-options';
import { ConnectionTestError } from './connection-test-error';
import type { ConnectionTest } from './connection-test-steps';
import type { Refusal, Trouble } from './reason-codes';
import { isSwapped, nameSwappedPort, swappedPort } from './swapped-port';

/** How MQTT 5 may fail with a broker that knows 3.1.1 only. */
const MAY_BE_VERSION: ReadonlySet<Trouble> = new Set<Trouble>(['protocol', 'lost', 'swappedPort']);
/** How a port of the other protocol may refuse. */
const MAY_BE_SWAPPED: ReadonlySet<Trouble> = new Set<Trouble>(['lost', 'protocol', 'upgrade']);
/** Ports with TLS where devices connect: the usual one of MQTT, and that of an EZtCloud installation. */
const DEVICE_PORTS: ReadonlySet<number> = new Set([8883, 8885]);
const LOGIN: ReadonlySet<Trouble> = new Set<Trouble>(['credentials', 'unauthorized']);

/** Resolves with the MQTT version in use. Rejects with {@link ConnectionTestError}. */
export async function logIn(test: ConnectionTest): Promise<string> {
  const versions: ProtocolVersion[] = test.protocol === 'auto' ? [5, 4] : test.protocol === '5' ? [5] : [4];
  let refusal: Refusal = { trouble: 'protocol', detail: '' };
  for (const version of versions) {
    const outcome = await connect(test, version);
    if (outcome === undefined) return version === 5 ? 'MQTT 5' : 'MQTT 3.1.1';
    refusal = nameSwappedPort(test.endpoint, outcome);
    if (!MAY_BE_VERSION.has(refusal.trouble)) break;
  }
  throw await explain(test, refusal);
}

async function explain(test: ConnectionTest, refusal: Refusal): Promise<ConnectionTestError> {
  const { endpoint, over } = test;
  const { trouble, detail } = refusal;
  const fact = factIn(detail);
  if (MAY_BE_SWAPPED.has(trouble) && (await isSwapped(test, over)))
    return new ConnectionTestError('swappedPort', swappedPort(endpoint, detail).detail, fact);
  if (LOGIN.has(trouble) && DEVICE_PORTS.has(endpoint.port))
    return new ConnectionTestError('devicePort', `port ${endpoint.port} is one for devices: ${detail}`, fact);
  return new ConnectionTestError(trouble, detail, fact);
}

/** `undefined` when connected. */
function connect(test: ConnectionTest, version: ProtocolVersion): Promise<Refusal | undefined> {
  const { endpoint, projectKey, projectSecret, tls, proxy, clientId, timeout } = test;
  return new Promise((done) => {
    test.connection = openConnection(
      {
        endpoint,
        username: projectKey,
        password: projectSecret,
        tls,
        proxy,
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
