import { readFileSync, readlinkSync } from 'node:fs';

/** Which start of the machine this is; `''` where the system does not say (only Linux does). */
export const bootId: string = read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());

/** Where a process id means one process: a start of the machine, and a container's own numbers in it. */
export const processSpace: string = `${bootId} ${read(() => readlinkSync('/proc/self/ns/pid'))}`;

function read(from: () => string): string {
  try {
    return from();
  } catch {
    return ''; // not Linux
  }
}
