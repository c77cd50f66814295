import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { parseStartLine } from './cli-options';
import { reasonOf, textsFor } from './cli-texts';
import { type Emulator, startEmulator } from './emulator';

const CHECKOUT = resolve(__dirname, '../..');
const PACKAGE = '@eztcloud/node-red-eztcloud';
const COMMAND = 'npm start --';
/** What `announce.ts` takes for the word to stop. */
const STOP = 'stop';
/** Milliseconds for Node-RED to stop its flows before it is killed. */
const PATIENCE = 6000;
const texts = textsFor(process.env);

/** `npm start`: the emulator and a Node-RED with the tour; ends both on Ctrl-C. Exit codes as of the emulator. */
async function main(): Promise<number> {
  const line = parseStartLine(process.argv.slice(2));
  if ('help' in line) {
    console.log(texts.startHelp);
    return 0;
  }
  if ('mistake' in line) {
    console.error(`${line.mistake}. ${texts.seeHelp(COMMAND)}`);
    return 2;
  }
  const { options, editorPort, userDir = join(CHECKOUT, '.node-red') } = line;
  try {
    await mustBeFree(editorPort);
  } catch (error) {
    console.error(reasonOf(texts, COMMAND, error, '--editor-port'));
    return 1;
  }
  const emulator = await startEmulator({ directory: join(CHECKOUT, '.emulator'), ...options }).catch(
    (error: unknown) => console.error(reasonOf(texts, COMMAND, error, options)),
  );
  if (!emulator) return 1;
  try {
    prepareUserDir(resolve(userDir));
    return await runNodeRed(emulator, resolve(userDir), editorPort);
  } finally {
    await emulator.stop();
  }
}

/** Runs Node-RED until it ends by itself or is told to; resolves with the exit code. */
async function runNodeRed(emulator: Emulator, userDir: string, port: number): Promise<number> {
  const args = ['--require', join(__dirname, 'announce.js'), require.resolve('node-red/red.js')];
  const child = spawn(process.execPath, [...args, '--userDir', userDir, '--port', String(port)], {
    env: { ...process.env, ...variables(emulator), ...noProxy(process.env) },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  // Below what Node-RED has logged.
  child.once('message', () =>
    console.log(`\n${texts.started(emulator)}\n${texts.editor(`http://127.0.0.1:${port}/`)}`),
  );
  let stopping = false;
  const stop = () => {
    if (stopping) return; // npm passes Ctrl-C on to a process that the terminal has already told
    stopping = true;
    console.log(texts.stopping);
    endSoon(child);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const [code] = await once(child, 'exit');
  return stopping ? 0 : Number(code ?? 1);
}

function endSoon(child: ChildProcess): void {
  if (child.connected) child.send(STOP, () => undefined);
  const impatience = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  child.once('exit', () => clearTimeout(impatience));
}

/** The emulator is on this machine, whatever proxy there is to the outside. */
function noProxy(environment: NodeJS.ProcessEnv): Record<string, string> {
  const given = environment.no_proxy || environment.NO_PROXY;
  const all = [given, 'localhost', '127.0.0.1', '[::1]'].filter((part) => part).join(',');
  return { no_proxy: all, NO_PROXY: all };
}

/** What the examples' config node asks the environment for. */
const variables = ({ endpoint, projectKey, projectSecret, caFile }: Emulator) => ({
  EZT_ENDPOINT: endpoint,
  EZT_PROJECT_KEY: projectKey,
  EZT_PROJECT_SECRET: projectSecret,
  EZT_CA_FILE: caFile,
});

/** A user directory with this package and, at first, settings and the tour. What a user changes there stays. */
function prepareUserDir(userDir: string): void {
  linkPackage(join(userDir, 'node_modules', PACKAGE));
  // No encryption: the credentials are names of environment variables.
  const settings = { uiHost: '127.0.0.1', flowFile: 'flows.json', credentialSecret: false };
  const quiet = { editorTheme: { tours: false }, telemetry: { enabled: false } };
  writeNew(join(userDir, 'settings.js'), `module.exports = ${JSON.stringify({ ...settings, ...quiet })};\n`);

  const tour: Part[] = JSON.parse(readFileSync(join(CHECKOUT, 'examples', 'tour.json'), 'utf8'));
  const flows = tour.map(({ credentials, ...node }) => node);
  if (!writeNew(join(userDir, 'flows.json'), JSON.stringify(flows))) return;
  const secrets = tour.flatMap(({ id, credentials }) => (credentials ? [[id, credentials]] : []));
  writeNew(join(userDir, 'flows_cred.json'), JSON.stringify(Object.fromEntries(secrets)));
}
interface Part {
  id: string;
  credentials?: Record<string, string>;
}

/** Links this checkout, anew each time because it may have been moved; a package installed there stays. */
function linkPackage(link: string): void {
  mkdirSync(dirname(link), { recursive: true });
  if (lstatSync(link, { throwIfNoEntry: false })?.isDirectory()) return;
  rmSync(link, { force: true });
  symlinkSync(CHECKOUT, link, 'junction');
}

function writeNew(file: string, text: string): boolean {
  if (existsSync(file)) return false;
  writeFileSync(file, text);
  return true;
}

/** Before anything starts: Node-RED would only log that its port is taken, and go on. */
async function mustBeFree(port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
