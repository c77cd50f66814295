import { Session } from 'node:inspector';
import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { NodeMessage } from 'node-red';

/** What one measurement inside Node-RED found. */
export interface Reading {
  /** Messages that arrived. */
  count: number;
  /** Milliseconds from arming, which the load follows at once, to the last message. */
  wall: number;
  /** Microseconds of processor time of the whole process, from arming to the last message. */
  cpu: number;
  /** Milliseconds each message took from its source, where it had one. */
  latencies: number[];
  /** Bytes of the heap after a collection; only when asked for. */
  heap?: number;
}

/** A message of a source says when it set out. */
export type Timed = NodeMessage & { startedAt?: number };

/** Nothing arrived for this long (ms): the rest is not coming. */
const IDLE = 8_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

let count = 0;
let expected = 0;
let armed = 0;
let last = 0;
let cpuAtStart = process.cpuUsage();
let cpuAtEnd = cpuAtStart;
let latencies: number[] = [];
let finish: (() => void) | undefined;

/** Sources listen here: a message has come through, so the next may go. */
export const arrivals = new Set<(message: Timed) => void>();

/** A message has reached the end of the flow. The same few steps for every contender. */
export function arrived(message: Timed): void {
  count += 1;
  if (message.startedAt !== undefined) {
    latencies.push(performance.now() - message.startedAt);
    for (const listener of arrivals) listener(message);
  }
  if (count === expected) end();
}

function end() {
  last = performance.now();
  cpuAtEnd = process.cpuUsage(cpuAtStart);
  finish?.();
}

/**
 * Starts a measurement that ends with the `messages`-th message. It counts from here, not from the first arrival: a node
 * that handles all it can read before the flow runs has done most of its work by then. Without a collection before: it
 * would take the shapes of messages with it, and with them all optimised code that knows them.
 */
export function arm(messages: number): void {
  count = 0;
  latencies = [];
  expected = messages;
  armed = performance.now();
  cpuAtStart = process.cpuUsage();
}

/** Resolves when all are there, or when nothing more comes for `idle` ms. */
export async function reading(idle = IDLE): Promise<Reading> {
  if (count < expected) {
    await new Promise<void>((resolve) => {
      let seen = -1;
      const watch = setInterval(() => {
        if (count === seen) finish?.();
        seen = count;
      }, idle);
      finish = () => {
        clearInterval(watch);
        finish = undefined;
        resolve();
      };
    });
  }
  const complete = count >= expected;
  return {
    count,
    wall: complete ? last - armed : Number.NaN,
    cpu: complete ? cpuAtEnd.user + cpuAtEnd.system : Number.NaN,
    latencies,
  };
}

/** Bytes in use after a full collection. */
export function heapUsed(): number {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

let session: Session | undefined;

export function startProfile(): void {
  session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: 500 });
  session.post('Profiler.start');
}

/** The profile since `startProfile`, as a `.cpuprofile` file holds it. */
export function stopProfile(): Promise<unknown> {
  return new Promise((resolve, reject) => {
    session?.post('Profiler.stop', (error, { profile }) => (error ? reject(error) : resolve(profile)));
    session?.disconnect();
  });
}
