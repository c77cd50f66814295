/** Whose life is watched. */
export interface Link {
  /** Sends PINGREQ. */
  ping(): void;
  /** Whether anything has come since, or waits to be read. */
  readonly isAlive: boolean;
}

/**
 * Sends PINGREQ each `seconds` (MQTT 5 §3.1.2.10), and calls `onSilence` when half of that later nothing has come.
 * Returns how to end it.
 */
export function keepAlive(seconds: number, link: Link, onSilence: () => void): () => void {
  if (seconds === 0) return () => undefined;
  let halves = 0;
  const timer = setInterval(() => {
    halves += 1;
    if (halves % 2 === 0) link.ping();
    else if (halves > 1) {
      // After the event loop was blocked timers come before sockets: what came meanwhile shall count.
      setImmediate(() => {
        if (!link.isAlive) onSilence();
      });
    }
  }, seconds * 500);
  return () => clearInterval(timer);
}
