import type { EztError } from './protocol/errors';

/**
 * Gives each warning once. It is made only when it is given: an error with its stack for every PUBACK would halve the
 * speed.
 */
export function createWarnings(onWarning: ((warning: EztError) => void) | undefined) {
  const given = new Set<string>();
  return (about: string, warning: () => EztError): void => {
    if (given.has(about)) return;
    given.add(about);
    onWarning?.(warning());
  };
}
