import type { Topic } from '../../../cloud/protocol/topics';
import { createRecentMessages } from '../../../cloud/receive/recent-messages';

/** When the messages of a test begin to come. */
export const START = 1_700_000_000_000;

/** Recent messages that get what a test says: `note('DU_1/data/s', 'text', { at })`. */
export function recentMessages() {
  const recent = createRecentMessages(START);
  return {
    recent,
    note(path: string, body: string | Buffer = '{}', { at = 0, retain = false, own = false } = {}) {
      const [device = '', channel = '', stream] = path.split('/');
      const topic = { device, channel, ...(stream !== undefined && { stream }) } as Topic;
      const received = {
        topic: `open/PR_1/${path}`,
        payload: Buffer.from(body),
        qos: 1 as const,
        retain,
        identifiers: [],
        packetId: 1,
      };
      recent.note(received, topic, START + at, own);
    },
  };
}
