import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isOutTopic } from '../protocol/topics';
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
  /** Whether what is known of the devices is kept. If not, what an earlier process kept is removed. */
  memory: boolean;
  /** Resolves when the previous user of the directory has finished. */
  free: Promise<unknown>;
}

/** The outbox of a project, with a store on disk if `disk` asks for one or an earlier process left one. */
export function openOutbox(
  projectKey: string,
  options: OutboxOptions,
  disk: DiskOptions | undefined,
  onError: (error: unknown) => void,
): Outbox {
  const directory = disk && join(disk.directory, 'queue');
  if (!directory || !(disk.queue || existsSync(directory))) return createOutbox(options);
  const files = openMessageFiles(directory, (topic) => isOutTopic(projectKey, topic));
  return createOutbox(
    options,
    openMessageStore({ directory, files, keeps: disk.queue, free: disk.free, onError }),
  );
}
