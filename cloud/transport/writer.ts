import type { MqttClient } from 'mqtt';

/** Writes past an mqtt.js client, on its stream. */
export interface Writer {
  /**
   * What is written in one turn of the event loop leaves together: TLS makes a record of each write. Returns `false`
   * when the socket has as much as it wants for now.
   */
  write(bytes: Buffer): boolean;
  /** Calls `then` when the socket takes more. */
  afterDrain(then: () => void): void;
}

export function createWriter(client: MqttClient): Writer {
  let gathering = false;
  let waiting: (() => void)[] = [];
  return {
    write(bytes) {
      const { stream } = client;
      if (!gathering) {
        gathering = true;
        stream.cork();
        setImmediate(() => {
          gathering = false;
          stream.uncork();
        });
      }
      return stream.write(bytes);
    },
    afterDrain(then) {
      if (waiting.push(then) > 1) return; // one listener for all
      client.stream.once('drain', () => {
        const drained = waiting;
        waiting = [];
        for (const tell of drained) tell();
      });
    },
  };
}
