import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { exited, killAtEnd, temporaryDirectory, terminate } from './cleanup';
import { until } from './events';
import type { Credentials, DeployType, Flow } from './flows';
import { freePort } from './ports';

const CHECKOUT = resolve(__dirname, '../../..');
/** Signals end a process at once there, without closing its flows. */
const WINDOWS = process.platform === 'win32';
const START_TIMEOUT = 60_000;

export interface NodeRedOptions {
  /** Flows and credentials (by node id) to start with; without them, what `userDir` holds. */
  flows?: Flow;
  credentials?: Credentials;
  /** Default: a new temporary directory. Give the one of an earlier run to continue with its flows and context. */
  userDir?: string;
  /**
   * Our package: `link` (the checkout, as built), `none`, or a path: of another built checkout, or of a tarball to install.
   * Default `link`.
   */
  package?: 'link' | 'none' | (string & {});
  /** Further node packages to link: directories, by name. */
  packages?: Readonly<Record<string, string>>;
  /** The directory of the node-red package, and the node that runs it. Default: the ones of this run. */
  nodeRed?: string;
  node?: string;
  env?: Readonly<Record<string, string>>;
  /** Further settings, as JSON. */
  settings?: Readonly<Record<string, unknown>>;
}

/** Node-RED in a process of its own. */
export interface NodeRed {
  readonly url: string;
  readonly userDir: string;
  readonly pid: number;
  /** Its output, standard error included, line by line. */
  readonly log: readonly string[];
  /** False once the process has ended, by itself or not. */
  readonly running: boolean;
  /** The admin API: path with leading slash. */
  request(path: string, init?: RequestInit): Promise<Response>;
  flows(): Promise<Flow>;
  /** Deploys as the editor does; a node may bring its `credentials`. Resolves when the flows have started. */
  deploy(flows: Flow, type?: DeployType): Promise<void>;
  /** Presses the button of an inject node, with other values for message properties if given. */
  inject(id: string, properties?: Readonly<Record<string, unknown>>): Promise<void>;
  /** Waits for a line of the log that matches, from the `after`-th line on, and resolves with it. */
  logged(pattern: RegExp, timeout?: number, after?: number): Promise<string>;
  /** Ends the process (SIGTERM unless told otherwise) and waits for that; SIGKILL after 20 s. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Where the config node `id` keeps what survives a restart. */
export const projectDirectory = (userDir: string, id: string): string =>
  join(userDir, 'eztcloud', createHash('sha256').update(id).digest('hex').slice(0, 32));

/** Starts Node-RED with a user directory of its own; resolves when its flows have started. */
export async function startNodeRed(options: NodeRedOptions = {}): Promise<NodeRed> {
  const userDir = options.userDir ?? temporaryDirectory('node-red');
  const port = await freePort();
  const nodeRed = options.nodeRed ?? dirname(dirname(require.resolve('node-red')));
  prepare(userDir, port, options);

  const log: string[] = [];
  const child = killAtEnd(
    spawn(options.node ?? process.execPath, [join(nodeRed, 'red.js'), '--userDir', userDir], {
      cwd: userDir,
      stdio: ['ignore', 'pipe', 'pipe', WINDOWS ? 'ipc' : 'ignore'],
      env: { ...process.env, LANG: 'en_US.UTF-8', NODE_RED_HOME: undefined, ...options.env },
    }),
  );
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  for (const output of [child.stdout, child.stderr]) {
    if (output) createInterface(output).on('line', (line) => log.push(line));
  }
  const running = () => failure === undefined && child.exitCode === null && child.signalCode === null;

  async function logged(pattern: RegExp, timeout = 10_000, after = 0): Promise<string> {
    const look = () => log.slice(after).find((line) => pattern.test(line)) ?? (running() ? undefined : true);
    const line = await until(look, timeout, `${pattern} in the log:\n${log.slice(-20).join('\n')}`);
    if (typeof line === 'string') return line;
    throw new Error(`Node-RED ended before it logged ${pattern}:\n${log.slice(-20).join('\n')}`, {
      cause: failure,
    });
  }
  const started = (after: number) =>
    logged(/Started (modified )?(flows|nodes)|(流程|节点)已启动/, START_TIMEOUT, after);

  const url = `http://127.0.0.1:${port}`;
  async function request(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${url}${path}`, { ...init, headers: { connection: 'close', ...init.headers } });
  }
  /** A request that must succeed. */
  async function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<void> {
    const response = await request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  }

  await started(0);
  await logged(/Server now running|服务器现在在/);
  return {
    url,
    userDir,
    pid: child.pid ?? -1,
    log,
    get running() {
      return running();
    },
    request,
    logged,
    async flows() {
      const response = await request('/flows');
      return (await response.json()) as Flow;
    },
    async deploy(flows, type = 'full') {
      const before = log.length;
      await post('/flows', flows, { 'node-red-deployment-type': type });
      await started(before);
    },
    async inject(id, properties) {
      const props = Object.entries(properties ?? {}).map(([p, value]) => ({
        p,
        v: JSON.stringify(value),
        vt: 'json',
      }));
      await post(`/inject/${id}`, properties ? { __user_inject_props__: props } : {});
    },
    async stop(signal = 'SIGTERM') {
      const asked = WINDOWS && signal === 'SIGTERM';
      if (asked && child.connected) child.send('shutdown', () => undefined); // Node-RED's word for PM2
      await terminate(child, asked ? 0 : signal, 20_000);
      await exited(child);
    },
  };
}

/** Fills the user directory: settings, flows, and our package where it is not there yet. */
function prepare(userDir: string, port: number, options: NodeRedOptions): void {
  const settings = {
    uiHost: '127.0.0.1',
    uiPort: port,
    flowFile: 'flows.json',
    credentialSecret: 'laboratory',
    lang: 'en-US',
    telemetry: { enabled: false, updateNotification: false },
    logging: { console: { level: 'info', metrics: false, audit: false } },
    editorTheme: { tours: false },
    ...options.settings,
  };
  mkdirSync(userDir, { recursive: true });
  writeFileSync(join(userDir, 'settings.js'), `module.exports = ${JSON.stringify(settings, null, 2)};\n`);
  if (options.flows) writeFileSync(join(userDir, 'flows.json'), JSON.stringify(options.flows));
  if (options.credentials) {
    writeFileSync(join(userDir, 'flows_cred.json'), JSON.stringify(options.credentials));
  }
  if (!existsSync(join(userDir, 'flows.json'))) writeFileSync(join(userDir, 'flows.json'), '[]');

  const source = options.package ?? 'link';
  const target = join(userDir, 'node_modules/@eztcloud/node-red-eztcloud');
  if (source === 'none' || existsSync(target)) return;
  const checkout = source === 'link' ? CHECKOUT : statSync(source).isDirectory() && source;
  const { packages = {} } = options;
  const links = checkout ? { ...packages, '@eztcloud/node-red-eztcloud': checkout } : packages;
  const dependencies = Object.fromEntries(Object.keys(links).map((each) => [each, '*']));
  const name = { name: 'user-directory', private: true, dependencies };
  writeFileSync(join(userDir, 'package.json'), JSON.stringify(name));
  for (const [each, directory] of Object.entries(links)) {
    const link = join(userDir, 'node_modules', each);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(directory, link, 'junction');
  }
  if (!checkout) {
    const arguments_ = ['install', '--no-audit', '--no-fund', '--prefer-offline', resolve(source)];
    execFileSync('npm', arguments_, { cwd: userDir, stdio: 'pipe', shell: process.platform === 'win32' });
  }
}
