import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { NodeAPI } from 'node-red';
import { type Client, type ClientOptions, openClient } from '../../cloud';
import { deploysOf } from '../shared/deploys';
import { definitionOf } from '../shared/flow-nodes';
import { asError } from '../shared/texts';
import { directoryOf } from './directory';

export type ProjectSettings = Omit<ClientOptions, 'onError' | 'onWarning'>;

/**
 * By id, projects that have closed and are still in the flows: disabled, or about to start again. Node-RED closes a
 * disabled node as `removed`, what is in a subflow never so, and a node that does not run not at all when it is deleted:
 * only the flows tell what is gone.
 */
const dormant = new Map<string, ProjectSettings | undefined>();
const watched = new WeakSet<object>();

/** Removes what a disabled project has left when a deploy deletes it. */
export function watchRemoved(RED: NodeAPI): void {
  const deploys = deploysOf(RED);
  if (watched.has(deploys)) return;
  watched.add(deploys);
  deploys.on('begin', () => {
    if (!deploys.editing) dormant.clear(); // other flows are loaded, or none: what was in these is not deleted
    for (const [id, settings] of dormant) {
      if (definitionOf(RED, id)) continue;
      dormant.delete(id);
      remove(RED, id, settings).catch((error: unknown) => RED.log.error(asError(error).message));
    }
  });
}

/** The project `id` runs (again). */
export function started(id: string): void {
  dormant.delete(id);
}

/**
 * Closes the project `id`. If a deploy has deleted it, so are its session at the broker and its files; what is disabled,
 * or stops with Node-RED, keeps both. `settings`: `undefined` when they cannot be used.
 */
export async function end(
  RED: NodeAPI,
  id: string,
  settings: ProjectSettings | undefined,
  client: Client | undefined,
): Promise<void> {
  const { editing } = deploysOf(RED);
  if (editing && !definitionOf(RED, id)) return remove(RED, id, settings, client);
  if (editing) dormant.set(id, settings);
  await client?.close(false);
}

async function remove(RED: NodeAPI, id: string, settings?: ProjectSettings, client?: Client): Promise<void> {
  const directory = directoryOf(RED, id);
  if (settings) {
    const { disk, clean, ...options } = settings;
    const onError = (error: unknown) => RED.log.error(asError(error).message);
    // A session that nobody uses has to be ended too: the broker goes on keeping messages for it.
    const idle = () =>
      !clean && existsSync(directory) ? openClient({ ...options, clean, onError }) : undefined;
    await (client ?? idle())?.close(!clean);
  }
  await rm(directory, { recursive: true, force: true });
}
