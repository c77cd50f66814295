import type { EventEmitter } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

/** ms between two looks at a condition. */
const INTERVAL = 10;

/**
 * Waits until `condition` returns something other than false, null or undefined, and resolves with that.
 * Rejects after `timeout` ms, naming `what` was waited for and the last error of the condition, if it threw.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  timeout: number,
  what: string,
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = performance.now() + timeout;
  let problem: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (isThere(value)) return value;
      problem = undefined;
    } catch (error) {
      problem = error;
    }
    if (performance.now() >= deadline) {
      throw new Error(`Waited ${timeout} ms in vain for ${what}`, { cause: problem });
    }
    await pause(INTERVAL);
  }
}

function isThere<T>(value: T): value is Exclude<T, false | null | undefined> {
  return value !== false && value !== null && value !== undefined;
}

/** Whatever emits events: Node's emitters, and those with stricter types of their own. */
interface Emitter {
  once(event: string, listener: (...args: unknown[]) => void): unknown;
  off(event: string, listener: (...args: unknown[]) => void): unknown;
}

/** Waits for one event of `emitter` and resolves with its arguments; rejects after `timeout` ms, naming `what`. */
export function event(
  emitter: Emitter,
  name: string,
  timeout: number,
  what: string = name,
): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const happened = (...args: unknown[]) => {
      clearTimeout(timer);
      resolve(args);
    };
    const timer = setTimeout(() => {
      emitter.off(name, happened);
      reject(new Error(`Waited ${timeout} ms in vain for ${what}`));
    }, timeout);
    emitter.once(name, happened);
  });
}

/** Fails if `promise` is not settled within `timeout` ms; otherwise settles like it. */
export async function within<T>(promise: Promise<T>, timeout: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Waited ${timeout} ms in vain for ${what}`)), timeout);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The next `count` messages that reach `node`, in order. Call it before causing them.
 * Rejects after `timeout` ms, with the number that did arrive.
 */
export function collect<M>(node: EventEmitter, count: number, timeout = 5000): Promise<M[]> {
  return new Promise((resolve, reject) => {
    const messages: M[] = [];
    const arrived = (message: M) => {
      messages.push(message);
      if (messages.length === count) finish(() => resolve(messages));
    };
    const timer = setTimeout(() => {
      finish(() => reject(new Error(`${messages.length} of ${count} messages arrived in ${timeout} ms`)));
    }, timeout);
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      node.removeListener('input', arrived);
      settle();
    };
    node.on('input', arrived);
  });
}
