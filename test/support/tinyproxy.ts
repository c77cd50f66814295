import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exited, killAtEnd, temporaryDirectory, terminate } from './cleanup';
import { until } from './events';
import { path } from './machine';
import { freePort } from './ports';

/** A real tinyproxy on the loopback. */
export interface Tinyproxy {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** Its log. */
  readonly log: string;
  stop(): Promise<void>;
}

export interface TinyproxyOptions {
  credentials?: { username: string; password: string };
  /** Ports that CONNECT may reach; any by default. */
  connectPorts?: readonly number[];
}

export async function startTinyproxy(options: TinyproxyOptions = {}): Promise<Tinyproxy> {
  const directory = temporaryDirectory('tinyproxy');
  const port = await freePort();
  const file = join(directory, 'tinyproxy.conf');
  const logFile = join(directory, 'tinyproxy.log');
  const { credentials, connectPorts = [] } = options;
  writeFileSync(logFile, '');
  const lines = [
    `Port ${port}`,
    'Listen 127.0.0.1',
    'Timeout 60',
    `LogFile "${logFile}"`,
    'LogLevel Info',
    'MaxClients 50',
    ...(credentials ? [`BasicAuth ${credentials.username} ${credentials.password}`] : []),
    ...connectPorts.map((each) => `ConnectPort ${each}`),
  ];
  writeFileSync(file, lines.join('\n'));
  const child = killAtEnd(spawn(path('tinyproxy'), ['-d', '-c', file], { stdio: 'ignore' }));
  const log = () => readFileSync(logFile, 'utf8');
  await until(() => /Accepting connections/.test(log()), 10_000, 'tinyproxy to listen');
  return {
    url: `http://127.0.0.1:${port}`,
    get log() {
      return log();
    },
    async stop() {
      await terminate(child, 'SIGKILL');
      await exited(child);
    },
  };
}
