import { readdirSync } from 'node:fs';
import { makeDurable } from '../../../cloud/send/durable-outbox';
import { type MessageFiles, openMessageFiles } from '../../../cloud/send/message-files';
import { createOutbox } from '../../../cloud/send/outbox';
import type { Outbox, OutboxOptions } from '../../../cloud/send/outbox-api';
import { temporaryDirectory } from '../../support/cleanup';
import { until } from '../../support/events';

const OPTIONS = { limit: 1000, expiry: 60_000, rate: 0 };

export interface LifeOptions extends Partial<OutboxOptions> {
  files?: Partial<MessageFiles>;
  free?: Promise<unknown>;
}

/** A directory, and outboxes that use it one after the other. */
export function openDisk() {
  const directory = temporaryDirectory('queue');
  const errors: string[] = [];
  const lives: Outbox[] = [];
  const onDisk = () => readdirSync(directory).length;
  return {
    directory,
    /** What was told because nobody awaited it. */
    errors,
    onDisk,
    written: (n: number) => until(() => onDisk() === n, 2000, `${n} files`),
    /** One life of an outbox. */
    life({ files, free = Promise.resolve(), ...more }: LifeOptions = {}): Outbox {
      const options = { ...OPTIONS, ...more };
      const durable = makeDurable(createOutbox({ ...options, limit: Number.POSITIVE_INFINITY }), {
        ...options,
        files: { ...openMessageFiles(directory, () => true), ...files },
        free,
        onError: (error) => errors.push(String(error)),
      });
      lives.push(durable);
      return durable;
    },
    async close() {
      await Promise.all(lives.map((outbox) => outbox.close()));
    },
  };
}

export type Disk = ReturnType<typeof openDisk>;
export const numbered = (n: number, from = 0) => Array.from({ length: n }, (_, i) => String(from + i));
