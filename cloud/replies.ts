import type { CommandReply } from './protocol/messages';
import type { Receiver } from './receive/delivery';
import type { Commands } from './send/commands';

/** Takes command replies for `commands`; `unmatched` is called for each that counts for none. */
export function replyReceiver(commands: Commands, unmatched: () => void): Receiver {
  return {
    attributes: [],
    methods: [],
    dataFormat: 'json',
    output: 'message',
    onMessage({ device, payload, retain }) {
      if (!commands.offer(device, payload as CommandReply, retain)) unmatched();
    },
    onMalformed({ params }, { device }) {
      commands.unreadable(device, String(params.what));
    },
  };
}
