import { readFileSync, readlinkSync } from 'node:fs';

/** Identifies this start of the machine; `''` where the system does not tell (only Linux does). */
export const bootId: string = read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());

/** Identifies where a process id is unique: this start of the machine, and this container in it. */
export const processSpace: string = `${bootId} ${read(() => readlinkSync('/proc/self/ns/pid'))}`;

function read(from: () => string): string {
  try {
    return from();
  } catch {
    return ''; // not Linux
  }
}
