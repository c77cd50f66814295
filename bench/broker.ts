import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createAuthority } from '../emulator/certificates';
import { exited, killAtEnd, temporaryDirectory, terminate } from '../test/support/cleanup';
import { until } from '../test/support/events';
import { path } from '../test/support/machine';
import { freePort } from '../test/support/ports';

/** Mosquitto set up for speed: no access rules, no limits, no persistence; TLS for Node-RED. */
export interface Broker {
  readonly endpoint: string;
  readonly port: number;
  /** File of the authority that the certificate is from. */
  readonly ca: string;
  /** Port without TLS, for the load generator alone: it must not be the bottleneck. */
  readonly plainPort: number;
  /** SUBSCRIBE packets and filters since the last call; with `debug` only. */
  subscriptions(): { packets: number; filters: number };
  stop(): Promise<void>;
}

/** Messages unacknowledged at a time, for all alike: core ignores what the broker announces. */
const MAX_INFLIGHT = 1000;

/** `debug`: log every packet, so that subscriptions can be counted. */
export async function startBroker(debug = false): Promise<Broker> {
  const directory = temporaryDirectory('bench');
  const authority = await createAuthority('benchmark');
  const { cert, key } = await authority.issue();
  const file = (name: string) => join(directory, name);
  writeFileSync(file('ca.pem'), authority.ca);
  writeFileSync(file('cert.pem'), cert);
  writeFileSync(file('key.pem'), key, { mode: 0o600 });
  const [port, plainPort] = await Promise.all([freePort(), freePort()]);
  const config = [
    `user ${userInfo().username}`,
    'allow_anonymous true',
    'persistence false',
    'set_tcp_nodelay true',
    'max_queued_messages 0',
    `max_inflight_messages ${MAX_INFLIGHT}`,
    'log_dest stderr',
    ...(debug ? ['log_type all'] : ['log_type error', 'log_type warning']),
    `listener ${plainPort} 127.0.0.1`,
    `listener ${port} 127.0.0.1`,
    `certfile ${file('cert.pem')}`,
    `keyfile ${file('key.pem')}`,
  ];
  writeFileSync(file('mosquitto.conf'), `${config.join('\n')}\n`);
  const child = killAtEnd(
    spawn(path('mosquitto'), ['-c', file('mosquitto.conf')], { stdio: ['ignore', 'ignore', 'pipe'] }),
  );
  let packets = 0;
  let filters = 0;
  createInterface(child.stderr).on('line', (line) => {
    if (line.includes('Received SUBSCRIBE from')) packets += 1;
    else if (/\t.* \(QoS \d\)$/.test(line)) filters += 1;
  });
  const endpoint = `mqtts://127.0.0.1:${port}`;
  await until(() => reachable(plainPort), 10_000, 'mosquitto to listen');
  return {
    endpoint,
    port,
    ca: file('ca.pem'),
    plainPort,
    subscriptions() {
      const counted = { packets, filters };
      packets = 0;
      filters = 0;
      return counted;
    },
    async stop() {
      await terminate(child);
      await exited(child);
    },
  };
}

async function reachable(port: number): Promise<boolean> {
  const { connect } = await import('node:net');
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (yes: boolean) => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}
