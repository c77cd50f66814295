import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDirectory } from '../support/node-red';

/** The message that a file of the queue, or of the held commands, holds: `<run> <n>`, see {@link Killed}. */
function markOf(file: string): string {
  const { payload } = JSON.parse(readFileSync(file, 'utf8')) as { payload: string };
  const message = JSON.parse(Buffer.from(payload, 'base64').toString()) as Marked & { params?: Marked };
  const { run, n } = message.params ?? message;
  return `${run} ${n}`;
}
interface Marked {
  run: number;
  n: number;
}

/** What the project on disk keeps there, to be read while no process runs. A file without its last name does not count. */
export function keptOnDisk(userDir: string): string[] {
  return ['queue', 'held'].flatMap((name) => {
    const directory = join(projectDirectory(userDir, 'project-disk'), name);
    const files = existsSync(directory) ? readdirSync(directory) : [];
    return files.filter((file) => file.endsWith('.json')).map((file) => markOf(join(directory, file)));
  });
}
