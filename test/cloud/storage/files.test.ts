import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { DISK, type Disk, isFile, removeFile, setAside, writeWhole } from '../../../cloud/storage/files';
import { temporaryDirectory } from '../../support/cleanup';
import { within } from '../../support/events';
import { needs } from '../../support/machine';

const failure = (code: string) => Object.assign(new Error(`${code}: no`), { code });

/** `what` fails so often with `code`. */
function failing(what: keyof Disk, code: string, times: number): Disk & { calls: number } {
  const disk = {
    ...DISK,
    calls: 0,
    [what]: (...args: never[]) => {
      disk.calls += 1;
      return disk.calls <= times
        ? Promise.reject(failure(code))
        : (DISK[what] as (...args: never[]) => Promise<void>)(...args);
    },
  };
  return disk;
}

describe('files that are written whole', () => {
  let directory: string;
  let path: string;
  beforeEach(() => {
    directory = temporaryDirectory('files');
    path = join(directory, 'one.json');
  });

  it('are there whole, and nothing beside them', async () => {
    await writeWhole(path, 'a');
    await writeWhole(path, 'b');
    should(readdirSync(directory)).deepEqual(['one.json']);
    should(readFileSync(path, 'utf8')).equal('b');
  });

  it('a full disk leaves no .tmp file, and says so', async () => {
    const full: Disk = {
      ...DISK,
      async writeFile(...args) {
        await DISK.writeFile(...args); // the beginning of it
        throw failure('ENOSPC');
      },
    };
    await writeWhole(path, 'a', full).should.be.rejectedWith(/ENOSPC/);
    should(readdirSync(directory)).deepEqual([]);
  });

  for (const code of ['EPERM', 'EBUSY', 'EACCES']) {
    it(`${code} of a file that somebody scans is tried again, when renamed and when removed`, async () => {
      const renaming = failing('rename', code, 3);
      await writeWhole(path, 'a', renaming);
      should([renaming.calls, readdirSync(directory)]).deepEqual([4, ['one.json']]);
      const removing = failing('rm', code, 3);
      await removeFile(path, removing);
      should([removing.calls, readdirSync(directory)]).deepEqual([4, []]);
    });
  }

  it('a file that stays busy is given up after a few times, without a .tmp file', async () => {
    const busy = failing('rename', 'EPERM', 100);
    await writeWhole(path, 'a', busy).should.be.rejectedWith(/EPERM/);
    should([busy.calls, readdirSync(directory)]).deepEqual([5, []]);
  });

  it('other errors are reported at once', async () => {
    const broken = failing('rename', 'EIO', 100);
    await writeWhole(path, 'a', broken).should.be.rejectedWith(/EIO/);
    should(broken.calls).equal(1);
  });

  for (const [what, put] of [
    ['a FIFO', (at: string) => execFileSync('mkfifo', [at])],
    ['a left-over', (at: string) => writeFileSync(at, 'half')],
  ] as const) {
    it(`${what} where the .tmp file goes is replaced`, async function () {
      if (what === 'a FIFO') needs(this, 'unix');
      put(`${path}.tmp`);
      await within(writeWhole(path, 'a'), 2000, 'the file');
      should(readdirSync(directory)).deepEqual(['one.json']);
    });
  }

  it('a FIFO is no file, and can be set aside without being opened', async function () {
    needs(this, 'unix');
    execFileSync('mkfifo', [path]);
    should(await isFile(path)).be.false();
    await setAside(path);
    should(existsSync(`${path}.unreadable`)).be.true();
  });
});
