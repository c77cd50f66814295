import { randomUUID } from 'node:crypto';
import { connectBriefly } from './brief-connection';
import type { ConnectionOptions } from './connection-options';
import { provesVersion5 } from './version';

const CHECK_TIMEOUT = 15_000;

/** Finds out, while 3.1.1 is in use, whether the broker knows MQTT 5 after all. */
export interface VersionCheck {
  /** 3.1.1 works. `onVersion5` is called once it turns out that 5 does, too, unless `stop` is called before. */
  start(onVersion5: () => void): void;
  /** The connection with 3.1.1 has ended. */
  stop(): void;
}

/**
 * MQTT 5 may have failed only because the broker was restarting. So it is tried on a second connection with another
 * client id: at once the first time, then every `interval` milliseconds.
 */
export function createVersionCheck(
  options: Omit<ConnectionOptions, 'version' | 'unfinished'>,
  interval: number,
): VersionCheck {
  /** Whether MQTT 5 was tried while 3.1.1 worked, and failed. */
  let checked = false;
  let timer: NodeJS.Timeout | undefined;
  let check = new AbortController();

  function schedule(after: number, onVersion5: () => void) {
    timer = setTimeout(() => {
      check = new AbortController();
      const { signal } = check;
      const beside = { ...options, version: 5, clientId: `ezt-${randomUUID()}`, clean: true } as const;
      void connectBriefly(beside, CHECK_TIMEOUT, signal).then((refusal) => {
        if (signal.aborted) return;
        checked = true;
        if (provesVersion5(refusal)) onVersion5();
        else schedule(interval, onVersion5);
      });
    }, after);
  }

  return {
    start: (onVersion5) => schedule(checked ? interval : 0, onVersion5),
    stop() {
      clearTimeout(timer);
      check.abort();
    },
  };
}
