import { cleanUp } from './cleanup';

/** ms that a finished run may keep the process alive. */
const GRACE = 30_000;

/** After the last test: nothing that the lab started stays, and a process that does not end is a failure. */
export const mochaHooks = {
  afterAll(): void {
    cleanUp();
    setTimeout(() => {
      const held = process.getActiveResourcesInfo().join(', ');
      process.stderr.write(`The process is still alive ${GRACE / 1000} s after the last test: ${held}\n`);
      process.exit(1);
    }, GRACE).unref();
  },
};
