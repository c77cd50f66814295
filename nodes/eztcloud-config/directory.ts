import { createHash } from 'node:crypto';
import { existsSync, lstatSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import { definitionOf } from '../shared/flow-nodes';

const HASH = /^[0-9a-f]{32}$/;

/** Where all that survives a restart lies. */
const home = (RED: NodeAPI): string => join(RED.settings.userDir ?? '.', 'eztcloud');

/**
 * Where the config node `id` keeps what survives a restart. Its name is a hash: an imported node may be called `..`,
 * and ids may differ in what no file name can hold.
 */
export function directoryOf(RED: NodeAPI, id: string): string {
  return join(home(RED), createHash('sha256').update(id).digest('hex').slice(0, 32));
}

/**
 * Version 0.1.0 named directories after the id: such a one is renamed, once. Throws as `rename` does. Several ids may
 * have had one name: it belongs to the one that was called exactly that, or else to the first to come.
 */
export function takeOverDirectory(RED: NodeAPI, id: string): void {
  const name = id.replace(/[^\w.-]/g, '_');
  if (/^\.*$/.test(name) || HASH.test(name)) return;
  const old = join(home(RED), name);
  const own = directoryOf(RED, id);
  if (existsSync(own) || !lstatSync(old, { throwIfNoEntry: false })?.isDirectory()) return;
  if (name !== id && definitionOf(RED, name)?.id === name) return;
  renameSync(old, own);
}
