import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { Aliases, Answer, Command, Listener } from '../../cloud';
import { deviceOf, namedInNode } from '../shared/devices';
import { type Message, onInput } from '../shared/input';
import type { NodeType } from '../shared/node-type';
import { joinProject } from '../shared/project-user';
import type { Raw } from '../shared/raw-settings';
import { commandOf } from './command';
import { type CommandOutSettings, commandOutSettings } from './settings';

/** `ezt-command-out`: sends commands and, if asked to, passes on the device's reply. */
export function commandOutNode(RED: NodeAPI): NodeType {
  return function (this: Node, raw: NodeDef & { cloud?: string }) {
    RED.nodes.createNode(this, raw);
    const joined = joinProject(RED, this, raw.cloud, () => commandOutSettings(raw as Raw), repliesOf);

    onInput(RED, this, async (message, send) => {
      const { user, aliases, settings, listener, changed } = joined();
      const device = deviceOf(aliases, settings.device, message);
      const { method, params, id } = await commandOf(RED, this, settings, message);
      const command: Command = { method, params, id: user.commandId(device, id) };
      const { qos, timeout } = settings;
      const settled: Promise<Answer | undefined> = listener
        ? user.request(device, command, { qos, timeout, listener })
        : user.send(device, command, qos).then(() => undefined);
      changed();
      try {
        const answer = await settled;
        message.device = device;
        message.id = command.id;
        if (answer) addReply(message, answer, method);
        send(message);
      } finally {
        changed();
      }
    });
  };
}

/** What the node subscribes to: the replies of its device, or of every device. */
function repliesOf({ device, waitReply, qos }: CommandOutSettings, aliases: Aliases): Listener | undefined {
  if (!waitReply) return undefined;
  // An invalid device name fails message by message; a filter made of it would end the connection.
  const devices = namedInNode(aliases, device);
  return devices && { devices, channels: ['command_reply'], streams: [], qos, unshared: true };
}

function addReply(message: Message, { reply, elapsed }: Answer, method: string) {
  message.payload = reply;
  message.command = method;
  message.type = 'command_reply';
  message.elapsed = elapsed;
  message.attempts = 1;
}
