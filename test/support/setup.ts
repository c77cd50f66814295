import 'should';
import fc from 'fast-check';
import { cleanUp } from './cleanup';

/** ms that a finished run may keep the process alive. */
const GRACE = Number(process.env.TEST_GRACE_MS ?? 30_000);

/** The same run each time; whoever looks for more sets another seed. */
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 20_261_126) });

/** A proxy of this machine would take what goes to the loopback. */
for (const name of Object.keys(process.env)) if (/(^|_)(no_?)?proxy$/i.test(name)) delete process.env[name];

let finished = false;

/** After the last test: nothing that the tests started stays, and a process that does not end is a failure. */
export const mochaHooks = {
  afterAll(this: Mocha.Context): void {
    this.timeout(0); // directories of a long run may take a busy disk long, and nothing is tested here
    finished = true;
    cleanUp();
    setTimeout(() => {
      const held = process.getActiveResourcesInfo().join(', ');
      process.stderr.write(`The process is still alive ${GRACE} ms after the last test: ${held}\n`);
      process.on('exit', () => {
        process.exitCode = 1; // mocha's own handler, which came first, has set it to the number of failures
      });
      process.exit();
    }, GRACE).unref();
  },
};

/** Nothing is left to do: Node 20, ending by itself, at times spins for ever in freeing what is left behind of TLS. */
process.once('beforeExit', () => process.exit());

/** Mocha 12 passes these on to other listeners and is content if there are none; thrown, they fail the test. */
process.on('unhandledRejection', (reason) => {
  throw reason;
});

/** Whoever calls `process.exit()` in a test does not get a green run. */
process.on('exit', () => {
  if (finished) return;
  process.stderr.write('The process ended before the tests did.\n');
  process.exitCode ||= 1;
});
