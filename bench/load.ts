import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { killAtEnd } from '../test/support/cleanup';
import type { Order } from './generator';
import type { Traffic } from './traffic';

/** The load generator, which runs in a process of its own. */
export interface Load {
  /** Makes the packets of `traffic`, outside of any measurement. */
  prepare(traffic: Traffic): Promise<void>;
  /** Writes the next `messages` of a project's traffic as fast as the broker takes them. */
  publish(projectKey: string, messages: number): Promise<void>;
  /** One retained message of each device. */
  retain(projectKey: string): Promise<void>;
  /** From now on the project's devices answer commands at once. */
  answer(projectKey: string): Promise<void>;
  stop(): void;
}

export function startLoad(plainPort: number): Load {
  const child: ChildProcess = killAtEnd(fork(join(__dirname, 'generator.js')));
  let last: Promise<void> = Promise.resolve();

  /** One order after the other: an answer has no number. */
  function order(what: Order): Promise<void> {
    last = last.then(
      () =>
        new Promise((resolve, reject) => {
          child.once('message', (answer: { error?: string }) =>
            answer.error === undefined ? resolve() : reject(new Error(answer.error)),
          );
          child.send(what);
        }),
    );
    return last;
  }

  return {
    prepare: (traffic) => order({ do: 'prepare', traffic, plainPort }),
    publish: (projectKey, messages) => order({ do: 'publish', projectKey, messages }),
    retain: (projectKey) => order({ do: 'retain', projectKey }),
    answer: (projectKey) => order({ do: 'answer', projectKey, plainPort }),
    stop: () => child.kill(),
  };
}
