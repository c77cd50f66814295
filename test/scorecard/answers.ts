// Loaded before `node-red-dev validate`. It asks the registry and the catalogue by paths that not every network has;
// here npm's own client asks the registry, the lock file names what is installed, and where the catalogue cannot be
// reached, our names are held against those of Node-RED's own nodes.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import Module from 'node:module';

/** What the scorecard reads of a package in the registry. */
interface Registered {
  versions: Record<string, { engines?: { node?: string } }>;
  'dist-tags': Record<string, string>;
}

function view(name: string): Registered {
  const ask = (...what: string[]): unknown =>
    JSON.parse(
      execFileSync('npm', ['view', ...what, '--json'], {
        encoding: 'utf8',
        shell: process.platform === 'win32',
      }),
    );
  const { versions, 'dist-tags': tags } = ask(name, 'versions', 'dist-tags') as {
    versions: string[];
    'dist-tags': Record<string, string>;
  };
  const engines = ask(`${name}@latest`, 'engines') as { node?: string };
  return {
    versions: Object.fromEntries(
      versions.map((version) => [version, version === tags.latest ? { engines } : {}]),
    ),
    'dist-tags': tags,
  };
}

/** `name@version` of everything that comes with the palette. */
function installed(): string[] {
  const { packages } = JSON.parse(readFileSync(String(process.env.SCORECARD_LOCK), 'utf8')) as {
    packages: Record<string, { version: string; dev?: boolean }>;
  };
  return Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && !dev)
    .map(([path, { version }]) => `${path.replace(/^.*node_modules\//, '')}@${version}`);
}

async function get(url: string): Promise<{ data: unknown }> {
  if (url.startsWith('https://registry.npmjs.org/')) return { data: view(new URL(url).pathname.slice(1)) };
  try {
    return { data: await (await fetch(url, { signal: AbortSignal.timeout(15_000) })).json() };
  } catch {
    const types = JSON.parse(String(process.env.SCORECARD_CORE_TYPES)) as string[];
    console.log(`${url} cannot be reached: our names are compared with ${types.length} of Node-RED itself.`);
    return { data: { modules: [{ id: 'node-red', types }] } };
  }
}

const answers: Record<string, unknown> = {
  axios: { get },
  'package-json': async (name: string) => view(name),
  'npm-remote-ls': {
    config: () => undefined,
    ls: (_name: string, _version: string, _flat: boolean, done: (list: string[]) => void) =>
      done(installed()),
  },
};
const loader = Module as unknown as { _load(request: string, ...rest: unknown[]): unknown };
const load = loader._load;
loader._load = (request, ...rest) => answers[request] ?? load.call(loader, request, ...rest);
