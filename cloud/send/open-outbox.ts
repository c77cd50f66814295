import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openMessageFiles } from './message-files';
import { openMessageStore } from './message-store';
import { createOutbox, type Outbox, type OutboxOptions } from './outbox';

/** Where messages and the session are stored over a restart. */
export interface DiskOptions {
  directory: string;
  /**
   * Whether messages are on disk until they are settled. If not, messages that an earlier process left are still
   * sent. The filters of a persistent session are always stored.
   */
  queue: boolean;
  /** Resolves when the previous user of the directory has finished. */
  free: Promise<unknown>;
}

/** `accepts`: whether a topic found on disk may be sent. */
export interface OpenOutboxOptions {
  disk: DiskOptions | undefined;
  accepts(topic: string): boolean;
  onError(error: unknown): void;
}

/** An outbox, with a store on disk if `disk` asks for one or an earlier process left one. */
export function openOutbox(queue: OutboxOptions, { disk, accepts, onError }: OpenOutboxOptions): Outbox {
  const directory = disk && join(disk.directory, 'queue');
  if (!directory || !(disk.queue || existsSync(directory))) return createOutbox(queue);
  const files = openMessageFiles(directory, accepts);
  return createOutbox(
    queue,
    openMessageStore({ directory, files, keeps: disk.queue, free: disk.free, onError }),
  );
}
