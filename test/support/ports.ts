import { createServer } from 'node:net';

/** Below those that systems give to whoever asks for any: Linux from 32,768 on, Windows and macOS from 49,152 on. */
const LOWEST = 10_000;
const HIGHEST = 32_767;

/**
 * A port of the loopback that is free now, for a program that must be told its port. Not one that the system chooses:
 * other tests and outgoing connections get those all the time, and before the program has started it may be taken.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST + 1));
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false)); // in use, or on Windows reserved
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
