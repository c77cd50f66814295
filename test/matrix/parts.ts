import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Lines of Node-RED that we support; npm finds the latest patch of each. */
export const NODE_REDS = ['4.0', '4.1', '5.0'] as const;
/** Lines of Node.js that we support. */
export const NODES = ['20', '22', '24'] as const;
export type NodeRedLine = (typeof NODE_REDS)[number];
export type NodeLine = (typeof NODES)[number];

/** Node-RED 5 asks for a newer Node than the oldest that we support. */
export const goTogether = (nodeRed: NodeRedLine, node: NodeLine): boolean =>
  !(nodeRed === '5.0' && node === '20');

const OWN_NODE = process.versions.node.split('.')[0];
const OWN_NODE_RED = dirname(dirname(require.resolve('node-red')));
/** The npm package that holds nothing but Node for this machine. */
const BINARY = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

/** The directory of the node-red package of a line: the checkout's own where it fits, or in `.cache`. */
export function nodeRedOf(line: NodeRedLine): string {
  if (versionOf(OWN_NODE_RED).startsWith(`${line}.`)) return OWN_NODE_RED;
  return resolve(`.cache/node-red-${line === '5.0' ? '5' : line}`, 'node_modules', 'node-red');
}

/** The Node.js of a line: the one that runs this where it fits, or in `.cache`. */
export function nodeOf(line: NodeLine): string {
  if (line === OWN_NODE) return process.execPath;
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  return resolve(`.cache/node-${line}`, 'node_modules', BINARY, 'bin', file);
}

export const versionOf = (directory: string): string =>
  JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')).version;

/** Installs into `.cache` what the machine lacks of Node-RED, and of Node.js unless `ownNode`. */
export function installParts(ownNode: boolean): void {
  for (const line of NODE_REDS) {
    const place = nodeRedOf(line);
    if (!existsSync(join(place, 'red.js'))) install(dirname(dirname(place)), `node-red@${line}`);
  }
  if (ownNode) return;
  for (const line of NODES) {
    const file = nodeOf(line);
    if (!existsSync(file)) install(dirname(dirname(dirname(dirname(file)))), `${BINARY}@${line}`);
  }
}

/** `npm install` of one package into a directory of its own. */
export function install(directory: string, what: string, ...more: string[]): void {
  const options = ['--no-audit', '--no-fund', '--no-save', '--prefer-offline', ...more];
  execFileSync('npm', ['install', '--prefix', directory, ...options, what], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
}
