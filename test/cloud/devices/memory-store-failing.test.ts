import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import should from 'should';
import { DISK } from '../../../cloud/storage/files';
import { temporaryDirectory } from '../../support/cleanup';
import { until } from '../../support/events';
import { needs } from '../../support/machine';
import { report, withMemoryStore } from './with-memory-store';

describe('device memory on disk', () => {
  const store = withMemoryStore();
  const { file, whole, open, write, reopened } = store;

  for (const [what, spoil] of [
    ['torn in a line', () => writeFileSync(file(), whole().slice(0, -20))],
    [
      'torn between lines',
      () => writeFileSync(file(), `${whole().trim().split('\n').slice(0, -1).join('\n')}\n`),
    ],
    ['empty', () => writeFileSync(file(), '')],
    ['of zeros', () => writeFileSync(file(), Buffer.alloc(100_000))],
    ['of another version', () => writeFileSync(file(), whole().replace('"version":1', '"version":2'))],
    ['foreign', () => writeFileSync(file(), '{"devices":[]}\n{}')],
    ['changed', () => writeFileSync(file(), whole().replace('"ages":[0]', '"ages":["0"]'))],
    ['written twice', () => writeFileSync(file(), whole() + whole())],
    ['a FIFO', () => void execFileSync('sh', ['-c', `rm '${file()}'; mkfifo '${file()}'`])],
    [
      'a directory',
      () => {
        rmSync(file());
        mkdirSync(file());
      },
    ],
  ] as const) {
    it(`that is ${what} is set aside, named once, and begun anew`, async function () {
      if (what === 'a FIFO') needs(this, 'unix');
      await write();
      spoil();
      const { memory, close } = open();
      await memory.loaded;
      should(memory.size).equal(0);
      should(store.errors).eql([
        `EZtCloud: What was kept on disk cannot be read and is set aside: ${file()}.unreadable`,
      ]);
      report(memory, 'DU_2', { a: 1 }, 1_000);
      await close();
      should((await reopened()).get('DU_2')?.lastSeen).equal(1_000);
      should(store.errors.length).equal(1);
      should(readdirSync(store.directory)).eql(['memory.jsonl', 'memory.jsonl.unreadable']);
    });
  }

  it('that cannot be written is named once, and written once it can', async () => {
    let full = true;
    const disk = {
      ...DISK,
      writeFile: (...args: Parameters<typeof DISK.writeFile>) =>
        full ? Promise.reject(new Error('ENOSPC')) : DISK.writeFile(...args),
    };
    const { memory, close } = open({ disk });
    await memory.loaded;
    report(memory, 'DU_1', { a: 1 }, 1_000);
    await until(() => store.errors.length > 0, 2000, 'the error');
    report(memory, 'DU_1', { a: 2 }, 2_000);
    await close();
    should(store.errors.length).equal(1);
    should(store.errors[0]).match(/cannot be written to disk.*ENOSPC/);
    full = false;
    const again = open({ disk });
    await again.memory.loaded;
    report(again.memory, 'DU_1', { a: 2 }, 2_000);
    await again.close();
    should((await reopened()).size).equal(1);
  });

  it('in a place that is no directory is named once, and works without', async () => {
    store.directory = join(temporaryDirectory('memory'), 'file');
    writeFileSync(store.directory, '');
    await write();
    should(store.errors.length).equal(1);
    should(store.errors[0]).match(/cannot be written to disk/);
  });

  it('on a disk that hangs while it is written, closes in time, and keeps the file of before', async () => {
    await write();
    const disk = { ...DISK, rename: () => new Promise<never>(() => undefined) };
    const { memory, close } = open({ disk });
    await memory.loaded;
    report(memory, 'DU_2', { a: 1 }, 1_000);
    await close(50);
    should((await reopened()).get('DU_1')?.lastSeen).equal(1_000);
  });

  it('that a slow disk has not written in time is not written later: the project may have been deleted', async () => {
    let hung = false;
    let goOn: (() => void) | undefined;
    let removed = false;
    const disk: typeof DISK = {
      ...DISK,
      async writeFile(...args) {
        hung = true;
        await new Promise<void>((resolve) => {
          goOn = resolve;
        });
        return DISK.writeFile(...args);
      },
      async rm(...args) {
        await DISK.rm(...args);
        removed = true;
      },
    };
    const { memory, close } = open({ disk });
    await memory.loaded;
    report(memory, 'DU_1', { a: 1 }, 1_000);
    await until(() => hung, 2000, 'the disk to hang');
    report(memory, 'DU_1', { a: 2 }, 2_000);
    await close(50);
    rmSync(store.directory, { recursive: true });
    goOn?.();
    await until(() => removed, 2000, 'the end of the writing');
    // What would follow needs the disk a few times.
    for (let i = 0; i < 10; i += 1) await stat('.');
    should(existsSync(store.directory)).be.false();
    should(store.errors).eql([]);
  });

  it('on a disk that hangs while it is read, is named, and keeps nobody waiting nor the file from staying', async () => {
    await write();
    const before = whole();
    const disk = { ...DISK, open: () => new Promise<never>(() => undefined) };
    const { memory, close } = open({ disk, timing: { pause: 20, patience: 50 } });
    await memory.loaded;
    should(store.errors.length).equal(1);
    should(store.errors[0]).match(/The disk does not answer/);
    report(memory, 'DU_2', { a: 1 }, 1_000);
    await close();
    should(whole()).equal(before);
  });
});
