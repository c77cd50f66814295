import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { temporaryDirectory } from './cleanup';

export const CHECKOUT = resolve(__dirname, '../../..');

export interface Packed {
  /** Where it was built. */
  directory: string;
  /** Path. */
  tarball: string;
  /** Paths inside the package. */
  files: string[];
}

/** Bytes that the tarball may have without the emulator. */
export const MOST = 200_000;

/** Bytes that the tarball has without the emulator. */
export function weight({ directory, files, tarball }: Packed): number {
  const emulator = files.filter((file) => file.startsWith('dist/eztcloud-emulator.'));
  const weights = emulator.map((file) => gzipSync(readFileSync(join(directory, file))).length);
  return statSync(tarball).size - weights.reduce((sum, each) => sum + each, 0);
}

/** A copy of the checkout to build in, so that the build that is being tested is left alone. */
export function copyOfCheckout(): string {
  const copy = join(temporaryDirectory('pack'), 'checkout');
  const left = ['.git', 'node_modules', 'dist', '.cache', '.node-red', '.emulator'];
  cpSync(CHECKOUT, copy, {
    recursive: true,
    filter: (source) => !left.some((name) => source === join(CHECKOUT, name)),
  });
  symlinkSync(join(CHECKOUT, 'node_modules'), join(copy, 'node_modules'), 'junction');
  return copy;
}

/** `npm pack` in a copy of the checkout. */
export function pack(): Packed {
  const copy = copyOfCheckout();
  const env = { ...process.env, EZT_COVERAGE: '', NODE_V8_COVERAGE: '' };
  const run = { cwd: copy, encoding: 'utf8', shell: process.platform === 'win32', env } as const;
  const output = execFileSync('npm', ['pack', '--json', '--silent'], run);
  const [{ filename, files }]: [{ filename: string; files: { path: string }[] }] = JSON.parse(
    output.slice(output.indexOf('[')),
  );
  return { directory: copy, tarball: join(copy, filename), files: files.map(({ path: file }) => file) };
}
