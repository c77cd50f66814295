import { formatTopic } from '../protocol/topics';
import type { OutboxConnection } from './outbox';

/** Tells when messages go to the broker; that they were accepted may be long before. */
export interface SentWatcher {
  /** Calls `listener` each time that this very `payload` goes out, also when it has to again. */
  on(payload: Buffer, listener: () => void): void;
  /** `publish`, listened to. */
  through(publish: OutboxConnection['publish']): OutboxConnection['publish'];
}

/** `pushed` is called for every push of attributes that goes out. */
export function watchSent(
  projectKey: string,
  pushed: (device: string, payload: Buffer) => void,
): SentWatcher {
  const listeners = new WeakMap<Buffer, () => void>();
  const [start, end] = formatTopic(projectKey, '\n', 'attributes_push').split('\n') as [string, string];
  return {
    on(payload, listener) {
      listeners.set(payload, listener);
    },
    through: (publish) => (topic, payload, qos, settled) => {
      // Before it goes: what it brings about cannot be faster.
      listeners.get(payload)?.();
      if (topic.endsWith(end)) pushed(topic.slice(start.length, -end.length), payload);
      publish(topic, payload, qos, settled);
    },
  };
}
