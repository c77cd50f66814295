import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { NodeAPI } from 'node-red';
import { type Client, type ClientOptions, openClient } from '../../cloud';
import { deploysOf } from '../shared/deploys';
import { isInFlows } from '../shared/flow-nodes';
import { asError } from '../shared/texts';
import { directoryOf } from './directory';

export type ProjectSettings = Omit<ClientOptions, 'onError' | 'onWarning'>;

/** A config node that runs or has run; `settings`: `undefined` when they cannot be used. */
export interface Owner {
  id: string;
  /** Its id in the subflow that it is an instance of. */
  _alias: string | undefined;
  settings: ProjectSettings | undefined;
}

/**
 * Projects that have stopped and are still in the flows, by id: disabled, or about to start again. When they are
 * deleted can be seen in the flows only. Node-RED closes a disabled node as `removed`, too, never closes one in a subflow
 * so, and does not tell of the deletion of a node that is not running.
 */
const stopped = new Map<string, Owner>();
const watched = new WeakSet<object>();

/** Removes the session and the files of a disabled project when a deploy deletes it. */
export function watchRemoved(RED: NodeAPI): void {
  const deploys = deploysOf(RED);
  if (watched.has(deploys)) return;
  watched.add(deploys);
  deploys.on('begin', () => {
    for (const owner of stopped.values()) {
      if (isInFlows(RED, owner)) continue;
      stopped.delete(owner.id);
      // If other flows were loaded, the project was not deleted.
      if (deploys.editing)
        remove(RED, owner).catch((error: unknown) => RED.log.error(asError(error).message));
    }
  });
}

/** The project `id` runs (again). */
export function hasStarted(id: string): void {
  stopped.delete(id);
}

/**
 * Closes a project. If a deploy has deleted it, its session at the broker and its files are removed. If it is disabled or
 * Node-RED stops, both stay. `client`: the running client.
 */
export async function end(RED: NodeAPI, owner: Owner, client: Client | undefined): Promise<void> {
  const stays = isInFlows(RED, owner);
  if (!stays && deploysOf(RED).editing) return remove(RED, owner, client);
  if (stays) stopped.set(owner.id, owner);
  await client?.close(false);
}

async function remove(RED: NodeAPI, { id, settings }: Owner, client?: Client): Promise<void> {
  const directory = directoryOf(RED, id);
  if (settings) {
    const { disk, clean, ...options } = settings;
    const onError = (error: unknown) => RED.log.error(asError(error).message);
    // A session that is not in use is ended, too: the broker would go on storing messages for it.
    const idle = () =>
      !clean && existsSync(directory) ? openClient({ ...options, clean, onError }) : undefined;
    await (client ?? idle())?.close(!clean);
  }
  await rm(directory, { recursive: true, force: true });
}
