import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Things that must not outlive the run, newest first. */
const leftovers = new Set<() => void>();

/**
 * Has `undo` called when the run ends, however it ends (a failing test, Ctrl-C, an exception).
 * Returns a function that forgets it again, for whoever tidied up by himself.
 */
export function atEnd(undo: () => void): () => void {
  leftovers.add(undo);
  return () => {
    leftovers.delete(undo);
  };
}

/** Undoes everything that is left, newest first. Called by the root hooks and once more when the process exits. */
export function cleanUp(): void {
  for (const undo of [...leftovers].reverse()) {
    leftovers.delete(undo);
    undo();
  }
}

/** A new directory under the system's temporary directory, removed at the end of the run. */
export function temporaryDirectory(name = 'test'): string {
  const directory = mkdtempSync(join(tmpdir(), `eztcloud-${name}-`));
  atEnd(() => rmSync(directory, { recursive: true, force: true, maxRetries: 3 }));
  return directory;
}

/** Kills `child` at the end of the run unless it has exited by then; returns it. */
export function killAtEnd<C extends ChildProcess>(child: C): C {
  const forget = atEnd(() => child.kill('SIGKILL'));
  child.once('exit', forget);
  return child;
}

/** Resolves when `child` has exited; at once if it has. */
export function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

/** Sends `signal` (0: none, it has been told otherwise), and SIGKILL after `patience` ms; resolves when `child` is gone. */
export async function terminate(
  child: ChildProcess,
  signal: NodeJS.Signals | 0 = 'SIGTERM',
  patience = 5000,
): Promise<void> {
  const gone = exited(child);
  child.kill(signal);
  const impatience = setTimeout(() => child.kill('SIGKILL'), patience);
  await gone;
  clearTimeout(impatience);
}

process.on('exit', cleanUp);
for (const [signal, code] of [
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.once(signal, () => process.exit(code)); // runs the handlers of 'exit', which a bare signal does not
}
