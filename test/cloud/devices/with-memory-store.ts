import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDeviceMemory, type LearningMemory } from '../../../cloud/devices/device-memory';
import { type MemoryStoreOptions, openMemoryStore } from '../../../cloud/devices/memory-store';
import { temporaryDirectory } from '../../support/cleanup';

export const report = (memory: LearningMemory, device: string, attributes: object, now: number) =>
  memory.learn({ device, channel: 'attributes' }, attributes, now, true);

/** In each test of the suite: a directory for a device memory, which is opened in it as each process does. */
export function withMemoryStore() {
  const it = {
    directory: '',
    errors: [] as string[],
    file: () => join(it.directory, 'memory.jsonl'),
    whole: () => readFileSync(it.file(), 'utf8'),
    open(options: Partial<MemoryStoreOptions> = {}, memory = createDeviceMemory()) {
      const store = openMemoryStore(memory, {
        directory: it.directory,
        keeps: true,
        projectKey: 'PR_1',
        free: Promise.resolve(),
        onError: (error) => it.errors.push(String(error)),
        timing: { pause: 20, patience: 200 },
        ...options,
      });
      return { memory, close: (timeout = 2_000) => store.close(timeout) };
    },
    /** Writes a memory of one device, and closes it. */
    async write(options: Partial<MemoryStoreOptions> = {}) {
      const { memory, close } = it.open(options);
      await memory.loaded;
      report(memory, 'DU_1', { a: 1 }, 1_000);
      await close();
      return memory;
    },
    async reopened(options: Partial<MemoryStoreOptions> = {}) {
      const { memory, close } = it.open(options);
      await memory.loaded;
      await close();
      return memory;
    },
  };
  beforeEach(() => {
    it.directory = join(temporaryDirectory('memory'), 'project');
    it.errors = [];
  });
  return it;
}
