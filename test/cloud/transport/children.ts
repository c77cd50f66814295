import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { killAtEnd } from '../../support/cleanup';
import type { Broker } from './harness';

export interface Child {
  process: ChildProcess;
  /** What the client was, in order: `connecting`, `connected` … */
  states: string[];
  /** All that the process wrote. */
  output: string[];
}

/** Starts `child.ts` as a process of its own, killed at the end of the run. */
export function startChild(broker: Broker, keepalive: number, env: NodeJS.ProcessEnv = {}): Child {
  const { endpoint, ca, key, secret } = broker;
  const child = killAtEnd(
    spawn(process.execPath, [join(__dirname, 'child.js')], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env, CHILD: JSON.stringify({ endpoint, ca, key, secret, keepalive }) },
    }),
  );
  const states: string[] = [];
  const output: string[] = [];
  createInterface(child.stdout).on('line', (line) => {
    output.push(line);
    if (line.startsWith('state ')) states.push(line.slice(6));
  });
  createInterface(child.stderr).on('line', (line) => output.push(line));
  return { process: child, states, output };
}
