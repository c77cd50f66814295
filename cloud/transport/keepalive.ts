/** The connection to keep alive. */
export interface KeptAlive {
  /** Sends PINGREQ. */
  ping(): void;
  /** Whether anything was received since the last ping, or waits to be read. */
  readonly isAlive: boolean;
}

/**
 * Sends PINGREQ every `seconds` (MQTT 5 §3.1.2.10). Calls `onSilence` when nothing has been received half that time
 * later. 0 turns it off. Returns how to stop it.
 */
export function keepAlive(seconds: number, connection: KeptAlive, onSilence: () => void): () => void {
  if (seconds === 0) return () => undefined;
  let halves = 0;
  const timer = setInterval(() => {
    halves += 1;
    if (halves % 2 === 0) connection.ping();
    else if (halves > 1) {
      // After the event loop was blocked, timers run before sockets are read: read first.
      setImmediate(() => {
        if (!connection.isAlive) onSilence();
      });
    }
  }, seconds * 500);
  return () => clearInterval(timer);
}
