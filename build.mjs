// Builds dist/: everything by tsc; of that Node-RED gets the runtime as two files (many would take longer to load), one
// that registers the types and one with the rest, loaded with the first node (docs/performance.md), and the editor as one
// HTML file with its script inlined (a script in resources/ would register the nodes too late), with icons and locales
// beside them.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

// `npm pack` on a clean checkout. Windows starts npm, which is a script there, through its shell.
if (!existsSync('node_modules/typescript')) {
  const shell = process.platform === 'win32';
  execFileSync('npm', ['install', '--no-audit', '--no-fund'], { stdio: 'inherit', shell });
}
/** `npm run coverage` counts by file, and so needs the files. */
const bundled = process.env.EZT_COVERAGE !== '1';
const { build, buildSync } = await import('esbuild');
const { bundleEmulator } = await import('./emulator/bundle.mjs');

/** Not `minifySyntax`: the scorecard of the flow library reads literals in `registerType`, and `!0` is none. */
const SMALL = { minifyWhitespace: true, minifyIdentifiers: true };

rmSync('dist', { recursive: true, force: true });
for (const project of ['tsconfig.json', 'tsconfig.editor.json']) {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', project], { stdio: 'inherit' });
}

const out = 'dist/nodes';
mkdirSync(out, { recursive: true });
if (bundled) {
  buildSync({
    entryPoints: ['nodes/eztcloud.ts', 'nodes/palette.ts'],
    outdir: out,
    allowOverwrite: true,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['mqtt', 'ws', '*/palette'],
    charset: 'utf8',
    logLevel: 'warning',
    minify: true,
  });
}
bundleEmulator('dist/eztcloud-emulator.js');
/** The editor shows the texts of the catalogues; those that errors bring along stay out of its script. */
const withoutMessages = {
  name: 'without-messages',
  setup: ({ onLoad }) =>
    onLoad({ filter: /cloud.protocol.error-reasons\.ts$/ }, () => ({
      contents: "export const REASONS = new Proxy({}, { get: () => ({ code: '', message: '' }) });",
    })),
};
const { outputFiles } = await build({
  entryPoints: ['nodes/editor/eztcloud.ts'],
  bundle: true,
  write: false,
  format: 'iife',
  target: 'es2020',
  charset: 'utf8',
  plugins: [withoutMessages],
  ...SMALL,
});
const script = outputFiles[0].text;
const forms = [...readdirSync('nodes'), 'editor/picker']
  .flatMap((folder) => [`nodes/${folder}/form.html`, `nodes/${folder}/style.html`])
  .filter(existsSync)
  .sort();
/** A form, with the rows that several forms share where it says `<!-- row … -->`. */
const form = (file) =>
  readFileSync(file, 'utf8').replaceAll(/^ *<!-- row (\w+) -->\r?\n/gm, (_marker, row) =>
    readFileSync(`nodes/editor/rows/${row}.form.html`, 'utf8'),
  );
writeFileSync(
  `${out}/eztcloud.html`,
  [...forms.map(form), `<script type="text/javascript">\n${script}</script>\n`].join('\n'),
);
cpSync('nodes/locales', `${out}/locales`, { recursive: true });
// Node-RED looks for zh-TW, zh-Hans, zh-HK … under `zh` when they have no folder of their own, and takes English otherwise.
cpSync('nodes/locales/zh-CN', `${out}/locales/zh`, { recursive: true });
cpSync('icons', `${out}/icons`, { recursive: true });

/** The declarations that the package's types stand on; the others are published to nobody. */
const declarations = new Set();
function follow(file) {
  if (declarations.has(file)) return;
  declarations.add(file);
  for (const [, from] of readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)) {
    follow(join(dirname(file), `${from}.d.ts`));
  }
}
follow(join('dist', 'cloud', 'types.d.ts'));
for (const name of readdirSync('dist/cloud', { recursive: true })) {
  const file = join('dist', 'cloud', name);
  if (file.endsWith('.d.ts') && !declarations.has(file)) rmSync(file);
}
