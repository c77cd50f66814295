import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { NodeAPI } from 'node-red';
import { EztError, isPlainObject, isVariable } from '../../cloud';
import { deployedNode, isTyped, type Taking, type Values } from './deployed';
import { tlsOptions } from './tls';

const FILES = ['cert', 'key', 'ca'] as const;
/** Options to verify the server with; they are not sent to it. */
const VERIFYING = ['ca', 'cadata'];

/**
 * What the deployed `tls-config` node `id` says, `known` already where the project runs with it: in a subflow the node
 * has another id. Throws `EZT_CONFIG`.
 */
export function deployedTls(
  RED: NodeAPI,
  id: unknown,
  { keepHere }: Taking,
  known: TlsOptions | undefined,
): TlsOptions {
  const { properties = {}, credentials = {} } = deployedNode(RED, id, 'tls-config') ?? {};
  // The server name and the like are sent too: variables among them go nowhere else.
  for (const [name, value] of Object.entries({ ...properties, ...credentials })) {
    if (isVariable(value) && !VERIFYING.includes(name)) keepHere(name);
  }
  return known ?? tlsOptions(RED, id);
}

/**
 * TLS options as the core `tls-config` node `id` would give them with what its dialog holds: `config`, its properties
 * and `credentials`. Files must be those of the deployed node: any others are not read. Throws `EZT_CONFIG`.
 */
export function changedTls(RED: NodeAPI, id: unknown, config: Values, { take }: Taking): TlsOptions {
  if (id === undefined || id === '') return {};
  const stored = deployedNode(RED, id, 'tls-config');
  const { properties = {}, credentials = {} } = stored ?? {};
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
