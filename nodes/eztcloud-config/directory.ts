import { createHash } from 'node:crypto';
import { existsSync, lstatSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import { definitionOf } from '../shared/flow-nodes';

const HASH = /^[0-9a-f]{32}$/;
const EMULATOR = 'emulator';

/** The directory of everything that survives a restart, in the user directory. */
const home = (RED: NodeAPI): string => join(RED.settings.userDir ?? '.', 'eztcloud');

/** The directory of the emulator that the project dialog starts. */
export const emulatorDirectory = (RED: NodeAPI): string => join(home(RED), EMULATOR);

/**
 * The directory of the config node `id`. Its name is a hash: the id of an imported node may be `..`, or hold
 * characters that a file name cannot.
 */
export function directoryOf(RED: NodeAPI, id: string): string {
  return join(home(RED), createHash('sha256').update(id).digest('hex').slice(0, 32));
}

/**
 * Renames a directory of version 0.1.0, which was named after the id. Throws as `rename` does. Several ids may have had
 * one name: the directory goes to the id that equals it, or else to the first node.
 */
export function takeOverDirectory(RED: NodeAPI, id: string): void {
  const name = id.replace(/[^\w.-]/g, '_');
  if (/^\.*$/.test(name) || HASH.test(name) || name === EMULATOR) return;
  const old = join(home(RED), name);
  const own = directoryOf(RED, id);
  if (existsSync(own) || !lstatSync(old, { throwIfNoEntry: false })?.isDirectory()) return;
  if (name !== id && definitionOf(RED, name)?.id === name) return;
  renameSync(old, own);
}
