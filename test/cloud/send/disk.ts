import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type MessageFiles, openMessageFiles } from '../../../cloud/send/message-files';
import { openMessageStore } from '../../../cloud/send/message-store';
import { createOutbox, type Outbox, type OutboxOptions } from '../../../cloud/send/outbox';
import { processSpace } from '../../../cloud/storage/boot';
import { temporaryDirectory } from '../../support/cleanup';
import { until } from '../../support/events';

const OPTIONS = { limit: 1000, expiry: 60_000, rate: 0 };

export interface DiskOutboxOptions extends Partial<OutboxOptions> {
  files?: Partial<MessageFiles>;
  free?: Promise<unknown>;
  keeps?: boolean;
}

/** A directory, and outboxes that use it one after the other. */
export function openDisk() {
  const directory = temporaryDirectory('queue');
  const errors: string[] = [];
  const outboxes: Outbox[] = [];
  let dead = 0;
  const onDisk = () => readdirSync(directory).filter((name) => !name.startsWith('lock')).length;
  return {
    directory,
    /** Errors of messages that no caller was waiting for. */
    errors,
    onDisk,
    written: (n: number) => until(() => onDisk() === n, 2000, `${n} files`),
    /** Opens an outbox on the directory, as a new process would. */
    openOutbox({ files, free = Promise.resolve(), keeps = true, ...more }: DiskOutboxOptions = {}): Outbox {
      const number = outboxes.length;
      const store = openMessageStore({
        directory,
        files: { ...openMessageFiles(directory, () => true), ...files },
        keeps,
        free,
        onError: (error) => number >= dead && errors.push(String(error)),
        timing: { look: 20, patience: 100, retry: 100 },
      });
      const outbox = createOutbox({ ...OPTIONS, ...more }, store);
      outboxes.push(outbox);
      return outbox;
    },
    /** As if the process that opened the outboxes so far had been killed: their errors are dropped and their lock is left. */
    crash() {
      dead = outboxes.length;
      const { pid } = spawnSync(process.execPath, ['--version']);
      const holder = { pid, host: hostname(), place: processSpace, token: 'dead' };
      writeFileSync(join(directory, 'lock'), JSON.stringify(holder));
    },
    async close() {
      await Promise.all(outboxes.map((outbox) => outbox.close()));
    },
  };
}

export type Disk = ReturnType<typeof openDisk>;
export const numbered = (n: number, from = 0) => Array.from({ length: n }, (_, i) => String(from + i));
