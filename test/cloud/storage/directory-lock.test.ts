import { type ChildProcess, execFileSync, fork, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import should from 'should';
import { processSpace } from '../../../cloud/storage/boot';
import {
  type DirectoryLock,
  type Holder,
  isLock,
  lockDirectory,
} from '../../../cloud/storage/directory-lock';
import { exited, killAtEnd, temporaryDirectory } from '../../support/cleanup';
import { event, until } from '../../support/events';
import { needs } from '../../support/machine';

const TIMING = { look: 20, patience: 200 };

describe('a lock on a directory', () => {
  let directory: string;
  let locks: DirectoryLock[];
  let lost: (Holder | undefined)[];
  beforeEach(() => {
    directory = temporaryDirectory('lock');
    locks = [];
    lost = [];
  });
  afterEach(() => Promise.all(locks.map((lock) => lock.release())));

  const file = () => join(directory, 'lock');
  async function take(): Promise<DirectoryLock | Holder> {
    const taken = await lockDirectory(directory, (other) => lost.push(other), TIMING);
    if (isLock(taken)) locks.push(taken);
    return taken;
  }
  const leave = (holder: Partial<Holder>) =>
    writeFileSync(
      file(),
      JSON.stringify({ pid: 1, host: hostname(), place: processSpace, token: 'x', ...holder }),
    );
  const dead = () => spawnSync(process.execPath, ['--version']).pid;
  async function holderInAnotherProcess(): Promise<ChildProcess> {
    const child = killAtEnd(fork(join(__dirname, 'lock-holder.js'), [directory]));
    await event(child, 'message', 5000, 'the lock');
    return child;
  }

  it('has one holder, and names it to others', async () => {
    should(isLock(await take())).be.true();
    should(await take()).match({ pid: process.pid, host: hostname() });
  });

  it('is gone when released, also twice', async () => {
    const lock = await take();
    if (isLock(lock)) await Promise.all([lock.release(), lock.release()]);
    should(existsSync(file())).be.false();
    should(isLock(await take())).be.true();
  });

  it('of a living process is respected; of one that was killed it is taken over', async () => {
    const child = await holderInAnotherProcess();
    should(await take()).match({ pid: child.pid });
    child.kill('SIGKILL');
    await exited(child);
    should(isLock(await take())).be.true();
  });

  const abandoned: [string, () => void][] = [
    ['whose process has ended', () => leave({ pid: dead() })],
    ['whose process had our number', () => leave({ pid: process.pid })],
    ['of another machine or container that does not answer', () => leave({ place: 'elsewhere' })],
    ['of a process number that another program has now', () => leave({ pid: process.ppid })],
    ['that is torn', () => writeFileSync(file(), '{"pid":')],
    ['that is a FIFO', () => void execFileSync('mkfifo', [file()])],
  ];
  for (const [what, put] of abandoned) {
    it(`${what} is taken over`, async function () {
      if (what === 'that is a FIFO') needs(this, 'unix');
      put();
      should(isLock(await take())).be.true();
      should(JSON.parse(readFileSync(file(), 'utf8'))).match({ pid: process.pid });
    });
  }

  it('that is torn has no holder to be asked: it is taken over long before one would have had to answer', async () => {
    writeFileSync(file(), '');
    const taken = await lockDirectory(directory, () => undefined, { look: 20, patience: 600_000 });
    should(isLock(taken)).be.true();
    if (isLock(taken)) locks.push(taken);
  });

  it('is held by one of several who find it abandoned at the same time', async () => {
    leave({ pid: dead() });
    await Promise.all([take(), take(), take()]);
    await until(() => locks.length - lost.length === 1, 2000, 'one holder');
  });

  it('is lost, and that is reported, when another took it from a process that was stopped', async () => {
    await take();
    leave({ pid: 4711, token: 'theirs' });
    await until(() => lost.length === 1, 2000, 'the loss');
    should(lost[0]).match({ pid: 4711 });
    await Promise.all(locks.map((lock) => lock.release()));
    should(JSON.parse(readFileSync(file(), 'utf8'))).match({ token: 'theirs' });
  });

  it('in a directory that is not there: a rejection that says why', async () => {
    directory = join(directory, 'none');
    await take().should.be.rejectedWith(/ENOENT/);
  });
});
