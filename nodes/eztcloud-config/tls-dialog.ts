import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { NodeAPI } from 'node-red';
import { EztError, isPlainObject } from '../../cloud';
import { deployedNode, isTyped, type Take, type Values } from './deployed';
import { tlsOptions } from './runtime';

const FILES = ['cert', 'key', 'ca'] as const;
/** By these we verify the server: it does not see them. */
const VERIFYING = ['ca', 'cadata'];

/**
 * TLS options as the core `tls-config` node `id` would give them with what its dialog holds: `config`, its properties
 * and `credentials`; the deployed node's where there is none. Files are not read for whoever names one: they must be
 * those of the deployed node. Throws `EZT_CONFIG`.
 */
export function dialogTls(RED: NodeAPI, id: unknown, config: unknown, take: Take): TlsOptions {
  const stored = deployedNode(RED, id, 'tls-config');
  const { properties = {}, credentials = {} } = stored ?? {};
  if (id === '' || id === undefined || !isPlainObject(config)) {
    // The server name and the like are sent too: variables among them go nowhere else.
    for (const values of [properties, credentials]) {
      for (const name of Object.keys(values)) take(name, values, values, stored, !VERIFYING.includes(name));
    }
    return tlsOptions(RED, id);
  }

  const typed: Values = isPlainObject(config.credentials) ? config.credentials : {};
  const property = (name: string) =>
    String(take(name, config, properties, stored, !VERIFYING.includes(name)) ?? '').trim();
  const credential = (name: string) => {
    const values = isTyped(typed[name]) ? typed : credentials;
    return String(take(name, values, credentials, stored, !VERIFYING.includes(name)) ?? '');
  };
  const options: TlsOptions = { rejectUnauthorized: config.verifyservercert !== false };
  if (FILES.some((name) => property(name) !== '')) {
    if (FILES.some((name) => config[name] !== properties[name])) throw new EztError('deployFiles');
    const { cert, key, ca } = tlsOptions(RED, id);
    Object.assign(options, cert && { cert }, key && { key }, ca && { ca });
  } else {
    for (const name of FILES) {
      const data = credential(`${name}data`);
      if (data !== '') options[name] = data;
    }
    if ((options.cert === undefined) !== (options.key === undefined)) throw new EztError('tlsNode');
  }
  const [passphrase, servername, alpn] = [
    credential('passphrase'),
    property('servername'),
    property('alpnprotocol'),
  ];
  if (passphrase !== '') options.passphrase = passphrase;
  if (servername !== '') options.servername = servername;
  if (alpn !== '') options.ALPNProtocols = [alpn];
  return options;
}
