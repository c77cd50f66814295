import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EztError } from '../protocol/errors';
import { isOutTopic } from '../protocol/topics';
import type { Outgoing } from '../transport/publish-packets';
import { ageOf, isFromTheFuture } from './age';
import { openMessageFiles, type StoredMessage } from './message-files';
import { openMessageStore } from './message-store';
import type { DiskOptions } from './open-outbox';
import type { Writing } from './writing';

/** A held command that an earlier process left. */
export interface RestoredCommand {
  device: string;
  method: string;
  message: Outgoing;
  file: string;
  /** Milliseconds that it may still be held. */
  left: number;
}

/** Held commands on disk, in a directory of their own beside the queue. */
export interface HeldStore {
  /** Whether new ones are written. If not, only those of an earlier process are held on. */
  readonly keeps: boolean;
  /** Loads what an earlier process left. The promise, if there may be something: it resolves when that is done, or cannot be done for now. */
  open(restored: (commands: RestoredCommand[]) => void): Promise<void> | undefined;
  write: Writing['add'];
  remove(file: string): void;
  /** Resolves when nothing is being written, or after a short time if the disk does not answer. */
  written(): Promise<void>;
  close(): Promise<void>;
}

/** `undefined`: nothing is stored, and nothing was. The directory is made when the first command is held. */
export function openHeldStore(
  projectKey: string,
  disk: DiskOptions | undefined,
  onError: (error: unknown) => void,
): HeldStore | undefined {
  const directory = disk && join(disk.directory, 'held');
  if (!directory || !(disk.queue || existsSync(directory))) return undefined;
  const accepts = (topic: string) => isOutTopic(projectKey, topic) && topic.endsWith('/command_send');
  const files = openMessageFiles(directory, accepts);
  const store = openMessageStore({ directory, files, keeps: disk.queue, free: disk.free, onError });
  let opened: Promise<void> | undefined;
  let onRestored: (commands: RestoredCommand[]) => void = () => undefined;

  function restore(stored: readonly StoredMessage[]) {
    const found = stored.map((each) => restored(each));
    const commands = found.filter(({ left }) => left > 0);
    for (const { file, left } of found) if (left <= 0) store.remove(file);
    const count = found.length - commands.length;
    if (count > 0) onError(new EztError('expiredOnDisk', { count }));
    onRestored(commands);
  }

  function openOnce(): Promise<void> {
    opened ??= store.open(restore);
    return opened;
  }

  return {
    keeps: store.keeps,
    open(to) {
      onRestored = to;
      return existsSync(directory) ? openOnce() : undefined;
    },
    write(...batch) {
      void openOnce();
      return store.write(...batch);
    },
    remove: store.remove,
    written: async () => (opened ? store.written() : undefined),
    close: async () => (opened ? store.close() : undefined),
  };
}

function restored({ name, message, accepted, lifetime }: StoredMessage): RestoredCommand {
  const device = message.topic.split('/')[2] ?? '';
  const left = isFromTheFuture(accepted) ? lifetime : lifetime - ageOf(accepted);
  return { device, method: methodOf(message.payload), message, file: name, left };
}

function methodOf(payload: Buffer): string {
  try {
    const { method } = JSON.parse(payload.toString()) as { method?: unknown };
    return typeof method === 'string' ? method : '';
  } catch {
    return ''; // a file that somebody has changed: no newer command replaces it
  }
}
