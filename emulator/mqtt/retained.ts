import { covers, hasWildcard } from './filters';
import { type Message, secondsLeft } from './messages';

/** The last retained message of each topic. */
export class RetainedMessages {
  private readonly byTopic = new Map<string, Message>();

  /** Keeps it; one without a payload ends what was kept (MQTT 5 §3.3.1.3). */
  keep(message: Message): void {
    if (message.payload.length === 0) this.byTopic.delete(message.topic);
    else this.byTopic.set(message.topic, message);
  }

  matching(filter: string): Message[] {
    for (const [topic, message] of this.byTopic) if (secondsLeft(message) === 0) this.byTopic.delete(topic);
    if (!hasWildcard(filter)) {
      const message = this.byTopic.get(filter);
      return message ? [message] : [];
    }
    return [...this.byTopic.values()].filter(({ topic }) => covers(filter, topic));
  }
}
