import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { reasonOf, textsFor } from './cli-texts';
import { type Emulator, startEmulator } from './emulator';

const CHECKOUT = resolve(__dirname, '../..');
const USER_DIR = join(CHECKOUT, '.node-red');
const PACKAGE = '@eztcloud/node-red-eztcloud';
const texts = textsFor(process.env.LANG);

/** `npm start`: the emulator and a Node-RED with the tour; ends both on Ctrl-C. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { 'editor-port': { type: 'string', default: '1880' } } });
  const port = Number(values['editor-port']);
  await mustBeFree(port);
  const emulator = await startEmulator({ directory: join(CHECKOUT, '.emulator') });
  prepareUserDir(port);
  const child = spawn(process.execPath, [require.resolve('node-red/red.js'), '--userDir', USER_DIR], {
    env: { ...process.env, ...variables(emulator) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  const watch = (chunk: Buffer) => {
    process.stdout.write(chunk);
    output = (output + chunk.toString()).slice(-4096);
    if (!output.includes('Started flows')) return;
    child.stdout.off('data', watch).pipe(process.stdout);
    console.log(texts.editor(`http://127.0.0.1:${port}/`));
  };
  child.stdout.on('data', watch);
  const stop = () => child.kill('SIGTERM');
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  child.on('exit', (code) => {
    void emulator.stop().finally(() => process.exit(code ?? 0));
  });
}

/** What the examples' config node asks the environment for. */
const variables = ({ endpoint, projectKey, projectSecret, caFile }: Emulator) => ({
  EZT_ENDPOINT: endpoint,
  EZT_PROJECT_KEY: projectKey,
  EZT_PROJECT_SECRET: projectSecret,
  EZT_CA_FILE: caFile,
});

/** A user directory inside the checkout, with this package and, at first, the tour. What a user changes stays. */
function prepareUserDir(port: number): void {
  const link = join(USER_DIR, 'node_modules', PACKAGE);
  mkdirSync(dirname(link), { recursive: true });
  if (!existsSync(link)) symlinkSync(CHECKOUT, link, 'junction');
  // No encryption: the credentials are names of environment variables.
  const settings = { uiHost: '127.0.0.1', uiPort: port, flowFile: 'flows.json', credentialSecret: false };
  writeFileSync(
    join(USER_DIR, 'settings.js'),
    `module.exports = ${JSON.stringify({ ...settings, editorTheme: { tours: false }, telemetry: { enabled: false } })};\n`,
  );
  const flows = join(USER_DIR, 'flows.json');
  if (existsSync(flows)) return;
  const tour = JSON.parse(readFileSync(join(CHECKOUT, 'examples', 'tour.json'), 'utf8')) as Part[];
  writeFileSync(flows, JSON.stringify(tour.map(({ credentials, ...node }) => node)));
  const secrets = tour.flatMap(({ id, credentials }) => (credentials ? [[id, credentials]] : []));
  writeFileSync(join(USER_DIR, 'flows_cred.json'), JSON.stringify(Object.fromEntries(secrets)));
}
interface Part {
  id: string;
  credentials?: Record<string, string>;
}

/** Before anything starts: Node-RED would only log that its port is taken, and go on. */
function mustBeFree(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    createServer()
      .once('error', () => reject(new Error(texts.portTaken(port, '--editor-port'))))
      .listen(port, '127.0.0.1', function (this: Server) {
        this.close(() => resolve());
      });
  });
}

main().catch((error: Error) => {
  console.error(reasonOf(texts, error, {}));
  process.exit(1);
});
