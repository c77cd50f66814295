import type { CommandReply } from './protocol/messages';
import type { Commands } from './send/commands';
import type { Receiver } from './subscriptions/listener';

/** Gives command replies to `commands`, and counts those that answer none of them. */
export function createReplyReceiver(commands: Commands, counted: { unmatchedReplies: number }): Receiver {
  return {
    attributes: [],
    methods: [],
    dataFormat: 'json',
    output: 'message',
    onMessage({ device, payload, retain }) {
      if (!commands.offer(device, payload as CommandReply, retain)) counted.unmatchedReplies += 1;
    },
    onMalformed({ params }, { device }) {
      commands.unreadable(device, String(params.what));
    },
  };
}
