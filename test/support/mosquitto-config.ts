import { writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Authority, CertificateOptions } from '../../emulator/certificates';
import { dynamicSecurityConfig } from './dynsec';
import { dynamicSecurity } from './machine';

export interface MosquittoOptions {
  /** The project user. Default: `PR_laboratory` and a secret. */
  key?: string;
  secret?: string;
  /** Keeps sessions and queued messages over `kill` and `restart`; saved after every change. */
  persistence?: boolean;
  /** Messages in flight at once: the receive maximum that the broker announces. Mosquitto's default: 20. */
  maxInflight?: number;
  /** The maximum packet size that the broker announces, in bytes. Default: no limit. */
  maxPacketSize?: number;
  /** The server's certificate: expired, for another host … Default: a valid one for the loopback. */
  certificate?: CertificateOptions;
  /** Whose certificates the server has; a new authority by default. */
  authority?: Authority;
  /** Further lines of mosquitto.conf: for the broker, and for both TLS listeners. */
  config?: string[];
  listenerConfig?: string[];
  /** Also log every packet. */
  debug?: boolean;
}

export interface Ports {
  mqtts: number;
  wss: number;
  /** Unencrypted, for the platform's own client, so that it does not count among the project's connections. */
  platform: number;
}

export interface Project {
  key: string;
  secret: string;
}

/** Writes the certificates and the users of a broker into `directory`. */
export async function writeFiles(
  directory: string,
  authority: Authority,
  project: Project,
  password: string,
  certificate?: CertificateOptions,
): Promise<void> {
  const { cert, key } = await authority.issue(certificate);
  const files = {
    'ca.pem': authority.ca,
    'cert.pem': cert,
    'key.pem': key,
    'users.json': JSON.stringify(dynamicSecurityConfig(project, password)),
  };
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(directory, name), text, { mode: 0o600 });
  }
}

/** mosquitto.conf for a broker whose files are in `directory`. */
export function mosquittoConfig(directory: string, ports: Ports, options: MosquittoOptions): string {
  const file = (name: string) => join(directory, name);
  const tls = [
    `cafile ${file('ca.pem')}`,
    `certfile ${file('cert.pem')}`,
    `keyfile ${file('key.pem')}`,
    ...(options.listenerConfig ?? []),
  ];
  const persistence = ['persistence true', `persistence_location ${directory}/`];
  const eachChange = ['autosave_on_changes true', 'autosave_interval 1'];
  const levels = options.debug
    ? ['all']
    : ['error', 'warning', 'notice', 'information', 'subscribe', 'unsubscribe'];
  return [
    `user ${userInfo().username}`, // as root, mosquitto would become another user, who cannot read these files
    'per_listener_settings false',
    'allow_anonymous false',
    `plugin ${dynamicSecurity()}`,
    `plugin_opt_config_file ${file('users.json')}`,
    'allow_duplicate_messages true', // a copy for each matching subscription in MQTT 3.1.1 too, as EMQX sends
    'log_dest stderr',
    ...levels.map((level) => `log_type ${level}`),
    ...(options.persistence ? [...persistence, ...eachChange] : ['persistence false']),
    ...(options.maxInflight === undefined ? [] : [`max_inflight_messages ${options.maxInflight}`]),
    ...(options.maxPacketSize === undefined ? [] : [`max_packet_size ${options.maxPacketSize}`]),
    ...(options.config ?? []),
    `listener ${ports.platform} 127.0.0.1`,
    `listener ${ports.mqtts} 127.0.0.1`,
    ...tls,
    `listener ${ports.wss} 127.0.0.1`,
    'protocol websockets',
    ...tls,
    '',
  ].join('\n');
}
