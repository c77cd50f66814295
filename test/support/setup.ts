import 'should';
import { cleanUp } from './cleanup';

/** ms that a finished run may keep the process alive. */
const GRACE = Number(process.env.TEST_GRACE_MS ?? 30_000);

let finished = false;

/** After the last test: nothing that the lab started stays, and a process that does not end is a failure. */
export const mochaHooks = {
  afterAll(): void {
    finished = true;
    cleanUp();
    setTimeout(() => {
      const held = process.getActiveResourcesInfo().join(', ');
      process.stderr.write(`The process is still alive ${GRACE} ms after the last test: ${held}\n`);
      process.exit(1);
    }, GRACE).unref();
  },
};

/** Whoever calls `process.exit()` in a test, or lets the event loop run dry, does not get a green run. */
process.on('exit', () => {
  if (finished) return;
  process.stderr.write('The process ended before the tests did.\n');
  process.exitCode ||= 1;
});
