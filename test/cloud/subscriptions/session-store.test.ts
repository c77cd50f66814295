import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { DISK } from '../../../cloud/storage/files';
import { openSessionStore } from '../../../cloud/subscriptions/session-store';
import { temporaryDirectory } from '../../support/cleanup';
import { needs } from '../../support/machine';

describe('session store', () => {
  let directory: string;
  let errors: string[];
  beforeEach(() => {
    directory = join(temporaryDirectory('session'), 'project');
    errors = [];
  });
  const open = (clientId = 'me', disk = DISK) =>
    openSessionStore(directory, clientId, (error) => errors.push(String(error)), disk);

  it('remembers the latest filters of its client id', async () => {
    const store = open();
    should(store.takeFilters()).deepEqual([]);
    await Promise.all([store.save(['a']), store.save(['a', 'b']), store.save(['b', 'c'])]);
    should(open().takeFilters()).deepEqual(['b', 'c']);
    should(open('another').takeFilters()).deepEqual([]);
    should(readdirSync(directory)).deepEqual(['session.json']);
    should(errors).deepEqual([]);
  });

  it('without a directory remembers nothing', async () => {
    const store = openSessionStore(undefined, 'me', (error) => errors.push(String(error)));
    await store.save(['a']);
    should(store.takeFilters()).deepEqual([]);
  });

  it('a failed write is reported once, and does not end it: the same and others are written again', async () => {
    let full = true;
    const store = open('me', {
      ...DISK,
      writeFile: (...args) => (full ? Promise.reject(new Error('ENOSPC')) : DISK.writeFile(...args)),
    });
    await store.save(['a']).should.be.rejectedWith(/ENOSPC/);
    await store.save(['b']).should.be.rejectedWith(/ENOSPC/);
    should(readdirSync(directory)).deepEqual([]);
    full = false;
    await store.save(['b']);
    should(open().takeFilters()).deepEqual(['b']);
    await store.save(['c']);
    should(open().takeFilters()).deepEqual(['c']);
  });

  for (const [what, put] of [
    ['a FIFO', (file: string) => void execFileSync('mkfifo', [file])],
    ['a directory', (file: string) => mkdirSync(file)],
  ] as const) {
    it(`${what} in its place keeps nobody from starting: set aside, reported, and begun anew`, async function () {
      if (what === 'a FIFO') needs(this, 'unix');
      mkdirSync(directory);
      put(join(directory, 'session.json'));
      const store = open();
      should(store.takeFilters()).deepEqual([]);
      should(errors.length).equal(1);
      should(errors[0]).match(/is set aside: .*session\.json\.unreadable/);
      await store.save(['a']);
      should(open().takeFilters()).deepEqual(['a']);
      should(existsSync(join(directory, 'session.json.unreadable'))).be.true();
    });
  }

  for (const content of ['', '{"clientId":"me","filt', 'null', '[]', '{"clientId":"me","filters":[1]}']) {
    it(`what is not what we wrote is begun anew: ${content || '(empty)'}`, () => {
      mkdirSync(directory);
      writeFileSync(join(directory, 'session.json'), content);
      should(open().takeFilters()).deepEqual([]);
    });
  }
});
