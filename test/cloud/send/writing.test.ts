import should from 'should';
import { EztError } from '../../../cloud/protocol/errors';
import type { MessageFiles } from '../../../cloud/send/message-files';
import { createWriting } from '../../../cloud/send/writing';
import { messages } from './fake-connection';
import { rejection, turn } from './settling';

describe('writing messages to disk', () => {
  let on: Set<string>;
  let disk: { finish(): void; fail(error: Error): void }[];
  beforeEach(() => {
    on = new Set();
    disk = [];
  });
  /** Writes wait for the test. */
  function open() {
    const files: Pick<MessageFiles, 'write'> = {
      write: ({ topic }) =>
        new Promise((resolve, reject) => disk.push({ finish: () => resolve(topic), fail: reject })),
    };
    const remove = (name: string) => void on.delete(name);
    const writing = createWriting(files as MessageFiles, (name) => on.add(name), remove);
    const add = (names: string[], wanted = () => true) =>
      writing.add(messages(...names), { time: 1, uptime: 1, boot: '' }, 1000, wanted);
    return { writing, add };
  }
  /** Lets the disk finish everything that it is given. */
  async function finishAll() {
    for (let i = 0; i < 10; i += 1) {
      for (const { finish } of disk) finish();
      await turn();
    }
  }

  it('begins when it is started, one file after the other', async () => {
    const { writing, add } = open();
    const all = [add(['a', 'b']), add(['c'])];
    await turn();
    should(disk.length).equal(0);
    writing.start();
    await turn();
    should(disk.length).equal(1);
    await finishAll();
    should(await Promise.all(all)).deepEqual([['a', 'b'], ['c']]);
    should([...on]).deepEqual(['a', 'b', 'c']);
  });

  it('writes all of a batch or none: what was written is removed, and the next batch goes on', async () => {
    const { writing, add } = open();
    writing.start();
    const failed = rejection(add(['a', 'b']));
    const next = add(['c']);
    disk[0]?.finish();
    await turn();
    disk[1]?.fail(new Error('ENOSPC'));
    should((await failed).message).match(/ENOSPC/);
    should((await failed).code).equal('EZT_STORE');
    await finishAll();
    should(await next).deepEqual(['c']);
    should([...on]).deepEqual(['c']);
  });

  it('leaves out what nobody wants any more, also while the disk hangs', async () => {
    const { writing, add } = open();
    writing.start();
    let wanted = true;
    const [first, second] = [add(['a']), add(['b'], () => wanted)];
    wanted = false;
    const third = add(['c']);
    should(await second).deepEqual([]); // the first is not finished yet
    await finishAll();
    should([await first, await third, [...on]]).deepEqual([['a'], ['c'], ['a', 'c']]);
  });

  it('that is stopped fails what waits and what comes, until it is started again', async () => {
    const { writing, add } = open();
    writing.start();
    const [first, second] = [add(['a']), rejection(add(['b']))];
    writing.stop(new EztError('closed'));
    should((await second).reason).equal('closed');
    should((await rejection(add(['c']))).reason).equal('closed');
    await finishAll();
    should(await first).deepEqual(['a']); // it was being written
    writing.start();
    const fourth = add(['d']);
    await finishAll();
    should(await fourth).deepEqual(['d']);
  });

  it('is idle when nothing waits, and tells everybody who asked', async () => {
    const { writing, add } = open();
    await writing.idle();
    const one = add(['a']);
    let told = 0;
    for (let i = 0; i < 2; i += 1)
      void writing.idle().then(() => {
        told += 1;
      });
    await turn();
    should(told).equal(0);
    writing.start();
    await finishAll();
    await one;
    should(told).equal(2);
  });
});
