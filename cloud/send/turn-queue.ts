import { performance } from 'node:perf_hooks';
import { EztError } from '../protocol/errors';

/** Lets a bounded number of things be done at a time, first come, first served. */
export interface TurnQueue {
  /** Nothing waits, and nothing is being done. */
  readonly idle: boolean;
  /**
   * Calls `send` when it is its turn, which lasts until the promise of `send` settles. Settles as that does; rejects with
   * `EZT_CLOSED` if it is closed before, and with `EZT_EXPIRED` if one whose turn came earlier has waited for a connection
   * for as long as messages may. `send` gets whether it had to wait.
   */
  take<T>(send: (waited: boolean) => Promise<T>, owner: object): Promise<T>;
  /** Closes what waits: of `owner`, or all. */
  close(owner?: object): void;
}

interface Waiting {
  readonly owner: object;
  readonly since: number;
  begin(): void;
  fail(error: EztError): void;
}

/** `limit`: how many turns there are at a time. */
export function createTurnQueue(limit: number): TurnQueue {
  let waiting: Waiting[] = [];
  let next = 0; // an index, since `shift` takes time in proportion to the length
  let inFlight = 0;

  const left = () => (next === 0 ? waiting : waiting.slice(next));

  function keep(stays: (one: Waiting) => boolean, error: () => EztError) {
    const all = left();
    waiting = all.filter(stays);
    next = 0;
    for (const one of all) if (!stays(one)) one.fail(error());
  }

  function beginNext() {
    while (inFlight < limit) {
      const one = waiting[next];
      if (!one) break;
      next += 1;
      one.begin();
    }
    if (next <= waiting.length / 2) return;
    waiting = left();
    next = 0;
  }

  async function run<T>(send: (waited: boolean) => Promise<T>, waited: boolean): Promise<T> {
    const begun = performance.now();
    inFlight += 1;
    try {
      return await send(waited);
    } catch (error) {
      // The others have waited for the connection just as long, and must not go out an hour late.
      if (error instanceof EztError && error.reason === 'expired')
        keep(
          ({ since }) => since > begun,
          () => new EztError(error.reason, error.params),
        );
      throw error;
    } finally {
      inFlight -= 1;
      beginNext();
    }
  }

  return {
    get idle() {
      return inFlight === 0 && waiting.length === next;
    },
    take(send, owner) {
      if (inFlight < limit) return run(send, false);
      return new Promise((resolve, reject) => {
        const begin = () => run(send, true).then(resolve, reject);
        waiting.push({ owner, since: performance.now(), begin, fail: reject });
      });
    },
    close(owner) {
      keep(
        (one) => owner !== undefined && one.owner !== owner,
        () => new EztError('closed'),
      );
    },
  };
}
