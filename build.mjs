// Builds dist/: everything by tsc; of that Node-RED gets the runtime as two files (many would take longer to load), one
// that registers the types and one with the rest, loaded with the first node (docs/performance.md), and the editor as one
// HTML file with its script inlined (a script in resources/ would register the nodes too late), with icons and locales
// beside them.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

// `npm pack` on a clean checkout. Windows starts npm, which is a script there, through its shell.
if (!existsSync('node_modules/typescript')) {
  const shell = process.platform === 'win32';
  execFileSync('npm', ['install', '--no-audit', '--no-fund'], { stdio: 'inherit', shell });
}
/** `npm run coverage` counts by file, and so needs the files. */
const bundled = process.env.EZT_COVERAGE !== '1';
const { build } = await import('esbuild');
const { minifySync } = await import('@swc/core');
const { bundleEmulator } = await import('./emulator/bundle.mjs');
const { rollUp } = await import('./cloud/declarations.mjs');

/**
 * `code` in few bytes: with swc, whose output packs a tenth smaller than esbuild's. `true` stays `true`: the scorecard of
 * the flow library reads literals in `registerType`, and `!0` is none.
 */
function small(code) {
  const compress = { passes: 3, ecma: 2020, booleans: false };
  return minifySync(code, { compress, mangle: true, module: true, toplevel: true }).code;
}

/** Code → reasons, once tsc has run. */
function codesOfReasons() {
  const { REASONS } = createRequire(import.meta.url)('./dist/cloud/protocol/error-reasons.js');
  const codes = {};
  for (const [reason, { code }] of Object.entries(REASONS)) codes[code] = [...(codes[code] ?? []), reason];
  return codes;
}

rmSync('dist', { recursive: true, force: true });
for (const project of ['tsconfig.json', 'tsconfig.editor.json']) {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', project], { stdio: 'inherit' });
}

const out = 'dist/nodes';
mkdirSync(out, { recursive: true });

/** Takes `contents` for the list of errors: their English texts stand in the catalogue already. */
const errorReasons = (contents) => ({
  name: 'error-reasons',
  setup: ({ onLoad }) => onLoad({ filter: /cloud.protocol.error-reasons\.ts$/ }, () => ({ contents })),
});
/** The editor has the catalogues, and makes no errors. */
const NO_ERRORS = "export const REASONS = new Proxy({}, { get: () => ({ code: '', message: '' }) });";
/** The runtime reads the English catalogue with the first error. */
const ERRORS_OF_CATALOGUE = `
const CODES = ${JSON.stringify(codesOfReasons())};
export const REASONS = Object.fromEntries(Object.entries(CODES).flatMap(([code, reasons]) => reasons.map((reason) =>
  [reason, { code, get message() { return require('./locales/en-US/eztcloud.json').eztcloud.error[reason]; } }])));`;
if (bundled) {
  const { outputFiles } = await build({
    entryPoints: ['nodes/eztcloud.ts', 'nodes/palette.ts'],
    outdir: out,
    write: false,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['mqtt', 'ws', '*/palette', '*/eztcloud.json'],
    plugins: [errorReasons(ERRORS_OF_CATALOGUE)],
    charset: 'utf8',
    logLevel: 'warning',
  });
  for (const { path, text } of outputFiles) writeFileSync(path, small(text));
}
bundleEmulator('dist/eztcloud-emulator.js');
const { outputFiles } = await build({
  entryPoints: ['nodes/editor/eztcloud.ts'],
  bundle: true,
  write: false,
  format: 'iife',
  target: 'es2020',
  charset: 'utf8',
  plugins: [errorReasons(NO_ERRORS)],
});
/** HTML without its indentation, but for what is preformatted. */
const flat = (html) => html.replaceAll(/(<pre>[\s\S]*?<\/pre>)|\n\s+/g, (_all, pre) => pre ?? '\n');
const script = small(outputFiles[0].text);
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
  [...forms.map(form).map(flat), `<script type="text/javascript">\n${script}</script>\n`].join('\n'),
);
// One Chinese for zh-CN, zh-TW, zh-Hans, …: Node-RED takes `zh` for each that has no folder of its own.
for (const [language, folder] of [
  ['en-US', 'en-US'],
  ['zh-CN', 'zh'],
]) {
  mkdirSync(`${out}/locales/${folder}`, { recursive: true });
  const text = (file) => readFileSync(`nodes/locales/${language}/${file}`, 'utf8');
  writeFileSync(`${out}/locales/${folder}/eztcloud.json`, JSON.stringify(JSON.parse(text('eztcloud.json'))));
  writeFileSync(`${out}/locales/${folder}/eztcloud.html`, flat(text('eztcloud.html')));
}
cpSync('icons', `${out}/icons`, { recursive: true });

rollUp('dist/cloud/types.d.ts', 'dist/cloud');
