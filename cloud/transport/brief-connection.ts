import { performance } from 'node:perf_hooks';
import { openConnection } from './connection';
import type { ConnectionOptions } from './connection-options';
import type { Refusal } from './reason-codes';

/**
 * Connects and disconnects again, within `timeout` ms. Resolves with why it could not connect, or `undefined`. `signal`
 * gives up.
 */
export function connectBriefly(
  options: ConnectionOptions,
  timeout: number,
  signal?: AbortSignal,
): Promise<Refusal | undefined> {
  const deadline = performance.now() + timeout;
  return new Promise((resolve) => {
    const brief = openConnection(
      { ...options, connectTimeout: timeout },
      {
        onConnected: () =>
          brief.close(false, Math.max(0, deadline - performance.now())).then(() => resolve(undefined)),
        onMessage: () => undefined,
        onNoSubscribers: () => undefined,
        onClosed: resolve,
      },
    );
    const giveUp = () =>
      brief.close(false, 0).then(() => resolve({ trouble: 'lost', detail: 'given up' } satisfies Refusal));
    signal?.addEventListener('abort', giveUp, { once: true });
  });
}
