// Builds dist/: everything by tsc; of that Node-RED gets the runtime as one file (it loads in a fifth of the time
// of many, docs/performance.md) and the editor as one HTML file with its script inlined (a script in resources/
// would register the nodes too late), with icons and locales beside them.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const run = (command, ...args) =>
  execFileSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' });

if (!existsSync('node_modules/typescript')) run('npm', 'install', '--no-audit', '--no-fund'); // `npm pack` on a clean checkout
const { buildSync } = await import('esbuild');

rmSync('dist', { recursive: true, force: true });
run('node_modules/.bin/tsc', '-p', 'tsconfig.json');
run('node_modules/.bin/tsc', '-p', 'tsconfig.editor.json');

const out = 'dist/nodes';
mkdirSync(out, { recursive: true });
buildSync({
  entryPoints: ['nodes/eztcloud.ts'],
  outfile: `${out}/eztcloud.js`,
  allowOverwrite: true,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['mqtt'],
  charset: 'utf8',
  logLevel: 'warning',
});
const script = buildSync({
  entryPoints: ['nodes/editor/eztcloud.ts'],
  bundle: true,
  write: false,
  format: 'iife',
  target: 'es2020',
  charset: 'utf8',
}).outputFiles[0].text;
const forms = readdirSync('nodes')
  .map((folder) => `nodes/${folder}/form.html`)
  .filter(existsSync)
  .sort();
writeFileSync(
  `${out}/eztcloud.html`,
  [
    ...forms.map((file) => readFileSync(file, 'utf8')),
    `<script type="text/javascript">\n${script}</script>\n`,
  ].join('\n'),
);
cpSync('nodes/locales', `${out}/locales`, { recursive: true });
cpSync('icons', `${out}/icons`, { recursive: true });
