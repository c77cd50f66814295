import { cleanUp } from './cleanup';

/**
 * Runs what a script of package.json stands for; an error that it throws is shown, and is exit code 1. Nothing that it
 * started stays.
 */
export function runCommand(main: () => Promise<void>): void {
  void main()
    .catch((error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    })
    .finally(cleanUp)
    .then(() => process.exit()); // Node.js 20 may spin for ever when it ends by itself after much TLS
}
