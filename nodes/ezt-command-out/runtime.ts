import type { Node, NodeAPI, NodeDef } from 'node-red';
import { type Answer, type Command, isTopicLevel, type Listener, namesIn } from '../../cloud';
import { deviceOf } from '../shared/devices';
import { type Message, onInput } from '../shared/input';
import { joinProject } from '../shared/project-user';
import type { Raw } from '../shared/raw-settings';
import { commandOf } from './command';
import { commandOutSettings } from './settings';

/** `ezt-command-out`: sends commands and, if asked to, passes on the device's reply. */
export function registerCommandOut(RED: NodeAPI): void {
  RED.nodes.registerType('ezt-command-out', function (this: Node, raw: NodeDef & { cloud?: string }) {
    RED.nodes.createNode(this, raw);
    /** What the node asks the broker for: the replies of its device, or of any. */
    let replies: Listener | undefined;
    const joined = joinProject(
      RED,
      this,
      raw.cloud,
      () => commandOutSettings(raw as Raw),
      (client, { device, waitReply, qos }) => {
        // What is no device fails message by message; a filter made of it would end the connection.
        const devices = device.length > 0 ? namesIn(device) : [];
        if (!waitReply || !devices?.every(isTopicLevel))
          return { refused: () => undefined, detach: () => undefined };
        const listener: Listener = {
          devices,
          channels: ['command_reply'],
          streams: [],
          qos,
          unshared: true,
        };
        replies = listener;
        client.listen(listener);
        return {
          refused: () => client.refusalOf(listener),
          detach: () => client.unlisten(listener),
        };
      },
    );

    onInput(RED, this, async (message, send) => {
      const member = joined();
      if (member.problem) throw member.problem;
      const { client, settings, changed } = member;
      const device = deviceOf(settings.device, message);
      const { method, params, id } = await commandOf(RED, this, settings, message);
      const command: Command = { method, params, id: client.commandId(device, id) };
      const { qos, timeout } = settings;
      const settled: Promise<Answer | undefined> = replies
        ? client.request(device, command, { qos, timeout, listener: replies, owner: this })
        : client.send(device, command, qos, this).then(() => undefined);
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
  });
}

function addReply(message: Message, { reply, elapsed }: Answer, method: string) {
  message.payload = reply;
  message.command = method;
  message.type = 'command_reply';
  message.elapsed = elapsed;
  message.attempts = 1;
}
