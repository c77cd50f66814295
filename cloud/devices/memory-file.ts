import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { type Disk, isFile, removeFile } from '../storage/files';

/** Bytes that are read or written at a time. */
const PART = 64 * 1024;
/** Milliseconds for which a part may be made before it is written. */
const SLICE = 5;
/** Characters of a line; ours are much shorter. */
const LONGEST_LINE = 16 * 1024 * 1024;

/**
 * Reads the lines of a file, some 64 kB at a time. `step` waits for the disk. Rejects with an error of the disk (with a
 * code), with what `line` throws, or when it is no regular file.
 */
export async function readLines(
  path: string,
  line: (text: string) => void,
  step: <T>(what: Promise<T>) => Promise<T>,
  disk: Disk,
): Promise<void> {
  if (!(await step(isFile(path)))) throw new Error('not a file');
  const file = await step(disk.open(path, 'r'));
  try {
    const decoder = new StringDecoder('utf8');
    let rest = '';
    for (;;) {
      const { bytesRead, buffer } = await step(file.read(Buffer.alloc(PART), 0, PART));
      if (bytesRead === 0) break;
      const lines = (rest + decoder.write(buffer.subarray(0, bytesRead))).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > LONGEST_LINE) throw new Error('a line is too long');
      lines.forEach(line);
    }
    if (rest !== '') line(rest);
  } finally {
    await step(file.close());
  }
}

/** `lines` in parts, each made within milliseconds. Throws an error when `abandoned` says so. */
export function* inParts(lines: Iterable<string>, abandoned: () => boolean): Generator<string, undefined> {
  let part = '';
  let since = performance.now();
  for (const line of lines) {
    part += line;
    if (part.length < PART && performance.now() - since < SLICE) continue;
    yield part;
    if (abandoned()) throw new Abandoned();
    part = '';
    since = performance.now();
  }
  yield part;
  return undefined;
}

/** What was being written is not needed any more. */
export class Abandoned extends Error {}

/** Removes what a killed process left beside the file at `path`; what cannot be removed stays, and harms nobody. */
export async function removeLeftovers(path: string): Promise<void> {
  const directory = dirname(path);
  const all = (await readdir(directory)).map((name) => join(directory, name));
  const left = all.filter((other) => other.startsWith(`${path}.`) && other.endsWith('.tmp'));
  await Promise.allSettled(left.map((other) => removeFile(other)));
}
