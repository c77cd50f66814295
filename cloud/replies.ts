import type { CommandReply } from './protocol/messages';
import type { Commands } from './send/commands';
import type { Receiver } from './subscriptions/listener';

/** Takes command replies for `commands`, and counts those that count for none. */
export function replyReceiver(commands: Commands, counted: { unmatchedReplies: number }): Receiver {
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
