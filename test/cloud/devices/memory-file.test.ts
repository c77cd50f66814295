import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import should from 'should';
import { Abandoned, inParts, readLines, removeLeftovers } from '../../../cloud/devices/memory-file';
import { DISK } from '../../../cloud/storage/files';
import { temporaryDirectory } from '../../support/cleanup';

describe('the file of the device memory', () => {
  let path: string;
  beforeEach(() => {
    path = join(temporaryDirectory('lines'), 'memory.jsonl');
  });
  async function read(): Promise<string[]> {
    const lines: string[] = [];
    await readLines(
      path,
      (line) => lines.push(line),
      (what) => what,
      DISK,
    );
    return lines;
  }

  it('has the lines that were written, however long they are and wherever a character is cut', async () => {
    const line = fc
      .tuple(fc.string({ unit: 'grapheme', minLength: 1 }), fc.integer({ min: 1, max: 30_000 }))
      .map(([text, times]) => text.replaceAll('\n', ' ').repeat(times).slice(0, 200_000));
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 6 }), async (texts) => {
        const lines = texts.map((text) => Buffer.from(text).toString()); // without lone surrogates
        writeFileSync(
          path,
          [
            ...inParts(
              lines.map((each) => `${each}\n`),
              () => false,
            ),
          ].join(''),
        );
        should((await read()).map((each) => each.length)).deepEqual(lines.map((each) => each.length));
        should(await read()).deepEqual(lines);
      }),
      { numRuns: 20 },
    );
  });

  it('has a last line also without its end', async () => {
    writeFileSync(path, 'a\nb');
    should(await read()).deepEqual(['a', 'b']);
  });

  it('is written in parts, each made within a short time, until it is abandoned', () => {
    let abandoned = false;
    let made = 0;
    function* endless() {
      for (;;) {
        made += 1;
        yield 'x'.repeat(1_000);
      }
    }
    const parts = inParts(endless(), () => abandoned);
    should(String(parts.next().value).length).be.within(1_000, 66_000);
    const before = made;
    abandoned = true;
    should(() => parts.next()).throw(Abandoned);
    should(made).equal(before);
  });

  it('is not read where it is a directory or has a line that is no line', async () => {
    mkdirSync(path);
    await should(read()).be.rejectedWith('not a file');
    path = `${path}.long`;
    writeFileSync(path, Buffer.alloc(17 * 1024 * 1024));
    await should(read()).be.rejectedWith('a line is too long');
    path = `${path}.not-there`;
    await should(read()).be.rejectedWith({ code: 'ENOENT' });
  });

  it('leaves nothing behind of a process that was killed while it wrote, and touches nothing else', async () => {
    const directory = join(path, '..');
    const others = ['memory.jsonl', 'memory.jsonl.unreadable', 'other.jsonl.1.tmp', 'session.json'];
    for (const name of [...others, 'memory.jsonl.1.tmp', 'memory.jsonl.2.tmp']) {
      writeFileSync(join(directory, name), '');
    }
    await removeLeftovers(path);
    should(readdirSync(directory).sort()).deepEqual(others);
  });
});
