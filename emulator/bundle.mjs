// Builds what the package ships of the emulator: one file with all that it needs, so that the palette gets no further
// dependencies, and one with the licences of what is in it.
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const LICENSE = /^(licen[cs]e|copying|notice|copyrightnotice)/i;

/** Writes `file`, a `.js`, and beside it `.licenses.txt`. */
export function bundleEmulator(file) {
  const licenses = file.replace(/\.js$/, '.licenses.txt');
  const { metafile } = buildSync({
    entryPoints: ['emulator/bin.ts'],
    outfile: file,
    bundle: true,
    minify: true,
    metafile: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    charset: 'utf8',
    legalComments: 'none',
    banner: { js: `/* Licences of what is in here: ${licenses.split('/').at(-1)} */` },
    logLevel: 'warning',
  });
  chmodSync(file, 0o755);
  writeFileSync(licenses, licensesOf(Object.keys(metafile.inputs)));
}

/** The licence texts, each once, below the packages that have it. */
function licensesOf(inputs) {
  const directories = new Set(
    inputs.flatMap((input) => /.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []),
  );
  const packages = new Map();
  for (const directory of [...directories].sort()) {
    const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
    const files = readdirSync(directory).filter((entry) => LICENSE.test(entry));
    const text = files.map((entry) => readFileSync(join(directory, entry), 'utf8').trim()).join('\n\n');
    packages.set(text, [...(packages.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  return [...packages]
    .map(([text, names]) => `${names.join('\n')}\n\n${text}\n`)
    .join(`\n${'-'.repeat(72)}\n\n`);
}
