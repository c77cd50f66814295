import { formatTopic } from '../protocol/topics';
import type { OutboxConnection } from './refusal';

/** Reports when messages go to the broker, which may be long after they were accepted. */
export interface SentWatcher {
  /** Calls `listener` each time this very `payload` is sent, also when it is sent again. */
  on(payload: Buffer, listener: () => void): void;
  /** Forgets `payload`. To be called in the end: a WeakMap would do without, but takes four times as long. */
  off(payload: Buffer): void;
  /** Wraps `publish`, so that what is sent through it is reported. */
  through(publish: OutboxConnection['publish']): OutboxConnection['publish'];
}

/** `pushed` is called for every push of attributes. */
export function watchSent(
  projectKey: string,
  pushed: (device: string, payload: Buffer) => void,
): SentWatcher {
  const listeners = new Map<Buffer, () => void>();
  const [start, end] = formatTopic(projectKey, '\n', 'attributes_push').split('\n') as [string, string];
  return {
    on(payload, listener) {
      listeners.set(payload, listener);
    },
    off(payload) {
      listeners.delete(payload);
    },
    through: (publish) => (topic, payload, qos, settled, expiry) => {
      // Before it is sent, so before anything that it causes.
      if (listeners.size > 0) listeners.get(payload)?.();
      if (topic.endsWith(end)) pushed(topic.slice(start.length, -end.length), payload);
      publish(topic, payload, qos, settled, expiry);
    },
  };
}
