import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';

/** A broker that environment variables name, for `npm run conformance` and the suites that can be pointed at one. */
export interface NamedBroker {
  /** `EZT_BROKER_URL`: `mqtts://host:port`, where applications connect. */
  endpoint: string;
  /** PEM, from the file `EZT_BROKER_CA`; without it what Node.js trusts. */
  ca: string;
  /** `EZT_BROKER_KEY` and `EZT_BROKER_SECRET`: a user with the platform's access rules for that project key. */
  key: string;
  secret: string;
  /**
   * `EZT_BROKER_DEVICE_URL`, `EZT_BROKER_DEVICE`, `EZT_BROKER_DEVICE_SECRET`: where there is a platform behind the
   * broker, a device of the project and where devices connect.
   */
  device?: { endpoint: string; username: string; secret: string };
}

/** `undefined`: none is named. Throws where only a part is named. */
export function namedBroker(env: NodeJS.ProcessEnv = process.env): NamedBroker | undefined {
  if (!env.EZT_BROKER_URL) return undefined;
  const all = (...names: string[]) => names.map((name) => env[name] || missing(name));
  const [key = '', secret = ''] = all('EZT_BROKER_KEY', 'EZT_BROKER_SECRET');
  const named: NamedBroker = {
    endpoint: env.EZT_BROKER_URL,
    ca: env.EZT_BROKER_CA ? readFileSync(env.EZT_BROKER_CA, 'utf8') : rootCertificates.join('\n'),
    key,
    secret,
  };
  if (!env.EZT_BROKER_DEVICE_URL) return named;
  const [username = '', deviceSecret = ''] = all('EZT_BROKER_DEVICE', 'EZT_BROKER_DEVICE_SECRET');
  return { ...named, device: { endpoint: env.EZT_BROKER_DEVICE_URL, username, secret: deviceSecret } };
}

function missing(name: string): never {
  throw new Error(`${name} is not set: with EZT_BROKER_URL it has to be (CONTRIBUTING.md)`);
}
