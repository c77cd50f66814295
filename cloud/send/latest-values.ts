import { fromMembers, membersOf } from '../protocol/json-members';
import type { Message } from './message';
import type { PendingMessage } from './pending-messages';

/**
 * The pushes that wait for a connection and of which only the newest value of each attribute is wanted. A later push to
 * the same device takes out of them what it sets anew.
 */
export interface LatestValues {
  /** Those that would have nothing left if `messages` waited, too. */
  covered(messages: readonly Message[]): PendingMessage[];
  /** `message` waits now. Returns those that have nothing left. */
  add(message: PendingMessage): PendingMessage[];
  /** They do not wait any more. */
  clear(): void;
}

interface Waiting {
  pending: PendingMessage;
  /** Attribute values as JSON text, by identifier. */
  members: Map<string, string>;
}

export function createLatestValues(): LatestValues {
  const byTopic = new Map<string, Waiting[]>();

  const waitingFor = (topic: string): Waiting[] =>
    (byTopic.get(topic) ?? []).filter(({ pending }) => pending.settle);

  return {
    covered: (messages) =>
      messages.flatMap(({ topic, payload, latest }) => {
        const members = latest ? membersOf(payload.toString()) : undefined;
        if (!members) return [];
        const isCovered = (older: Waiting) => [...older.members.keys()].every((name) => members.has(name));
        return waitingFor(topic)
          .filter(isCovered)
          .map(({ pending }) => pending);
      }),
    add(added) {
      const { topic, payload, latest } = added.message;
      const members = latest ? membersOf(payload.toString()) : undefined;
      if (!members) return [];
      const waiting = waitingFor(topic);
      for (const { pending, members: older } of waiting) {
        const before = older.size;
        for (const name of members.keys()) older.delete(name);
        if (older.size > 0 && older.size < before)
          pending.message = { ...pending.message, payload: Buffer.from(fromMembers(older)) };
      }
      byTopic.set(topic, [
        ...waiting.filter(({ members: older }) => older.size > 0),
        { pending: added, members },
      ]);
      return waiting.filter(({ members: older }) => older.size === 0).map(({ pending }) => pending);
    },
    clear: () => byTopic.clear(),
  };
}
