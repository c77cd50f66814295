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
 * Who has stopped and is still in the flows, by id: disabled, or about to start again. Node-RED closes a disabled node as
 * `removed`, one in a subflow never so, and what does not run not at all when it is deleted: only the flows tell.
 */
const stopped = new Map<string, Owner>();
const watched = new WeakSet<object>();

/** Removes what a disabled project has left when a deploy deletes it. */
export function watchRemoved(RED: NodeAPI): void {
  const deploys = deploysOf(RED);
  if (watched.has(deploys)) return;
  watched.add(deploys);
  deploys.on('begin', () => {
    for (const owner of stopped.values()) {
      if (isInFlows(RED, owner)) continue;
      stopped.delete(owner.id);
      // Other flows may have been loaded: what was in the last ones is not deleted.
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
 * Closes a project. If a deploy has deleted it, its session at the broker and its files go with it; one that is disabled,
 * or stops with Node-RED, keeps both. `client`: the running one.
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
    // A session that nobody uses has to be ended too: the broker goes on keeping messages for it.
    const idle = () =>
      !clean && existsSync(directory) ? openClient({ ...options, clean, onError }) : undefined;
    await (client ?? idle())?.close(!clean);
  }
  await rm(directory, { recursive: true, force: true });
}
