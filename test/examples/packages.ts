import { find, type Part } from '../support/machine';
import { EXPECTED } from './expected';

/** The node packages that the example `file` needs beside ours. */
export const packagesOf = (file: string): readonly Part[] => EXPECTED[file]?.packages ?? [];

/** Those that this machine has, of all examples: directories by name. */
export function installed(): Record<string, string> {
  const names = new Set(Object.keys(EXPECTED).flatMap(packagesOf));
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const directory = find(name);
      return directory === undefined ? [] : [[name, directory]];
    }),
  );
}
