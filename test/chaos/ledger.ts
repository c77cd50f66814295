import { existsSync, readFileSync } from 'node:fs';
import type { Mark, Report } from './platform';

/** One line of the ledger that Node-RED's process writes. */
export interface Entry {
  /** Start of the process, ms since the epoch. */
  run: number;
  at: number;
  event:
    | 'run'
    | 'offered'
    | 'done'
    | 'failed'
    | 'complete'
    | 'catch'
    | 'replied'
    | 'in'
    | 'changed'
    | 'known'
    | 'given up'
    | 'stopping'
    | 'stopped';
  stream?: string;
  n?: number;
  code?: string;
  reason?: string | undefined;
  /** How many messages a project has given up that nobody waited for any more, as it says in the log. */
  count?: number | undefined;
  /** The number in a command's reply. */
  echo?: number | undefined;
  /** The second attribute of a report, if the message has it. */
  ten?: number | undefined;
  /** How often a command was sent, as the node tells it. */
  attempts?: number | undefined;
}

/** A process that got no chance to settle anything. */
export interface Killed {
  run: number;
  at: number;
  /** What was on disk when it had ended, of earlier processes too: `<run> <n>`. */
  onDisk: readonly string[];
}

/** What the runner saw from outside. */
export interface Observations {
  /** When each fault began. A time belongs to the fault that began last before it. */
  faults: { name: string; at: number }[];
  /** When a connection through the proxy began. */
  connections: readonly number[];
  killed: Killed[];
  /** When the devices connected directly. */
  deviceConnections: readonly number[];
  /** When the broker was killed with SIGKILL, and when it had last saved what it keeps. */
  brokerKilled: { at: number; saved: number }[];
  /** How long Node-RED took to end after SIGTERM, or to stop its flows, in ms. */
  closes: { at: number; ms: number }[];
  published: readonly Report[];
  received: readonly Mark[];
}

export interface Row {
  fault: string;
  times: number;
  sent: number;
  acknowledged: number;
  failed: Record<string, number>;
  /** Unsettled in a process that was killed. */
  killed: number;
  /** Acknowledged, or kept on disk, but never received. */
  lost: number;
  /** Kept on disk, and given up later with an error in the log: expired, or taken for what the broker hangs up on. */
  givenUp: number;
  /** Acknowledged by a broker that was killed before it had saved that: messages and reports. */
  lostByBroker: number;
  doubled: number;
  /** Reports of devices: acknowledged by the broker, not seen by the flow, seen more than once. */
  reported: number;
  missing: number;
  repeated: number;
  worstClose: number;
}

export interface Verdict {
  rows: Row[];
  /** Each is a broken promise, in words. */
  violations: string[];
  /** Acknowledged to the devices and not yet seen by the flow, or offered and not yet settled by a living process. */
  open: number;
}

export function readLedger(file: string): Entry[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line.endsWith('}')).map((line) => JSON.parse(line) as Entry);
}
