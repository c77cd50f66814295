import { createRequire } from 'node:module';
import { until } from './events';
import { nodeOf } from './flows';

interface CompleteEvent {
  msg: { _msgid?: string };
  error?: { code?: string };
  node: { id: string };
}
const { hooks } = createRequire(__filename)('@node-red/util') as {
  hooks: { add(hook: string, listener: (event: CompleteEvent) => void): void; remove(hook: string): void };
};

/** How a message ended: `done` for `done()`, else the code of the error. */
export type Outcome = 'done' | (string & {});

/**
 * Counts how each message that comes into the node `id` ends: `done()` and `done(error)` alike, also while and
 * after the node closes, when no Catch or Complete node is left to tell. One at a time: end it with `stop`.
 */
export function watchSettling(id: string) {
  const outcomes = new Map<string, Outcome[]>();
  hooks.add('onComplete.settling', ({ msg, error, node }) => {
    if (node.id !== id) return;
    const key = String(msg._msgid);
    outcomes.set(key, [...(outcomes.get(key) ?? []), error ? (error.code ?? String(error)) : 'done']);
  });
  const given: string[] = [];
  return {
    /** Gives the node a message. */
    give(message: Readonly<Record<string, unknown>>): string {
      const _msgid = `message ${given.length}`;
      given.push(_msgid);
      nodeOf(id).receive({ ...message, _msgid });
      return _msgid;
    },
    /** Waits until every message has ended, and resolves with how, in the order given. */
    async all(timeout = 5000): Promise<Outcome[]> {
      await until(() => given.every((key) => outcomes.has(key)), timeout, 'every message to end');
      return given.flatMap((key) => outcomes.get(key) ?? []);
    },
    /** How each has ended so far, once or more often. */
    sofar: (): readonly Outcome[] => [...outcomes.values()].flat(),
    stop: (): void => hooks.remove('*.settling'),
  };
}
