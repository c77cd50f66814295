import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { createDeviceMemory } from '../../../cloud/devices/device-memory';
import { startLoading } from '../../../cloud/devices/memory-loading';
import { linesOf } from '../../../cloud/devices/snapshot';
import { DISK, type Disk } from '../../../cloud/storage/files';
import { temporaryDirectory } from '../../support/cleanup';

describe('loading the device memory', () => {
  let path: string;
  beforeEach(() => {
    path = join(temporaryDirectory('loading'), 'memory.jsonl');
  });

  function snapshot(project = 'one') {
    const memory = createDeviceMemory();
    for (const device of ['DU_1', 'DU_2']) memory.learn({ device, channel: 'attributes' }, { t: 1 }, 5, true);
    return [...linesOf(memory, project)];
  }
  async function load(disk: Disk = DISK, patience = 5_000) {
    const memory = createDeviceMemory();
    const outcome = await startLoading(memory, path, 'one', patience, disk).ended;
    return [outcome, [...memory.all()].map(({ device }) => device)];
  }
  const hanging: Disk = { ...DISK, open: () => new Promise<never>(() => undefined) };

  it('brings what is there', async () => {
    should(await load()).deepEqual(['loaded', []]);
    writeFileSync(path, snapshot().join(''));
    should(await load()).deepEqual(['loaded', ['DU_1', 'DU_2']]);
  });

  it('brings nothing of another project', async () => {
    writeFileSync(path, snapshot('other').join(''));
    should(await load()).deepEqual(['loaded', []]);
  });

  it('brings nothing of a file that is not whole, though it begins well', async () => {
    writeFileSync(path, snapshot().slice(0, -1).join(''));
    should(await load()).deepEqual(['unreadable', []]);
  });

  it('ends at a disk that does not answer', async () => {
    writeFileSync(path, snapshot().join(''));
    should(await load(hanging, 20)).deepEqual(['hangs', []]);
  });

  it('ends when it is stopped, also a second time, and afterwards', async () => {
    writeFileSync(path, snapshot().join(''));
    const loading = startLoading(createDeviceMemory(), path, 'one', 60_000, hanging);
    loading.stop();
    loading.stop();
    should(await loading.ended).equal('stopped');
    loading.stop();
    const done = startLoading(createDeviceMemory(), path, 'one', 60_000, DISK);
    should(await done.ended).equal('loaded');
    done.stop();
  });
});
