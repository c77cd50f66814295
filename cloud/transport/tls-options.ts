import { isIP, type TcpNetConnectOpts } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { Endpoint } from '../protocol/endpoint';

/**
 * Milliseconds until the next address of a host is tried. Node's 250 ms are less than a slow link needs for one
 * round trip: with two addresses, a slow one and one without a route, it would never connect.
 */
export const ADDRESS_TIMEOUT = 3_000;

/**
 * What `tls.connect` and `ws` need to reach `endpoint`: the same for every transport and for the connection test.
 * The certificate is verified unless `tls` itself says otherwise, whatever NODE_TLS_REJECT_UNAUTHORIZED says.
 */
export function tlsConnectOptions(
  { host, port }: Endpoint,
  tls: ConnectionOptions,
): ConnectionOptions & TcpNetConnectOpts {
  return {
    ...(isIP(host) ? {} : { servername: host }),
    minVersion: 'TLSv1.2',
    ...tls,
    host,
    port,
    rejectUnauthorized: tls.rejectUnauthorized !== false,
    autoSelectFamilyAttemptTimeout: ADDRESS_TIMEOUT,
  };
}
