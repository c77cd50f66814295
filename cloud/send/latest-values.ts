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
  /**
   * `message` has been accepted, or is on disk now. What it sets anew is taken out of older ones, except of those on disk
   * as long as it is not there itself. Returns those that have nothing left.
   */
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
      const waiting = waitingFor(topic);
      const known = waiting.findIndex(({ pending }) => pending === added);
      const members = known < 0 && latest ? membersOf(payload.toString()) : waiting[known]?.members;
      if (!members) return [];
      const older = known < 0 ? waiting : waiting.slice(0, known);
      for (const each of older)
        if (each.pending.file === undefined || added.file !== undefined) takeOut(each, members.keys());
      if (known < 0) waiting.push({ pending: added, members });
      byTopic.set(topic, waiting.filter(hasSome));
      return older.filter((each) => !hasSome(each)).map(({ pending }) => pending);
    },
    clear: () => byTopic.clear(),
  };
}

const hasSome = ({ members }: Waiting): boolean => members.size > 0;

function takeOut({ pending, members }: Waiting, names: Iterable<string>): void {
  const before = members.size;
  for (const name of names) members.delete(name);
  if (members.size > 0 && members.size < before)
    pending.message = { ...pending.message, payload: Buffer.from(fromMembers(members)) };
}
