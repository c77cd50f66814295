import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import type { Aliases, Client, DeviceMemory, LastSent, Listener, OwnPush, ValueMessage } from '../../cloud';
import { noteEcho } from '../shared/echoes';
import { newMessageId } from '../shared/message-id';
import { leavesProject } from '../shared/node-state';
import type { NodeType } from '../shared/node-type';
import { noteSent } from '../shared/on-the-way';
import { joinProject } from '../shared/project-user';
import type { Raw } from '../shared/raw-settings';
import { reportMalformed } from './malformed';
import { type InSettings, inSettings } from './settings';

/** `ezt-in`: sends what devices send into the flow, as typed messages. */
export function inNode(RED: NodeAPI): NodeType {
  return function (this: Node, raw: NodeDef & { cloud?: string }) {
    RED.nodes.createNode(this, raw);
    const malformed = reportMalformed(RED, this);
    /** Where it keeps what it has sent last, if it does. */
    let memory: DeviceMemory | undefined;
    this.on('close', () => {
      malformed.stop();
      if (memory && leavesProject(RED, this, raw.cloud)) memory.dropState(this.id);
    });

    const listenerOf = (settings: InSettings, _: Aliases, client: Client): Listener => {
      const { devices, channels, streams, qos, attributes, methods, dataFormat, output, own } = settings;
      const { initial, when, deadband, topic } = settings;
      memory = when === 'always' ? undefined : client.memory;
      const changes = memory && { deadband, sent: memory.stateOf<LastSent>(this.id) };
      // Otherwise it would later be compared with what was sent long ago.
      if (!memory) client.memory.dropState(this.id);
      return {
        devices,
        channels,
        streams,
        qos,
        unshared: false,
        // Written out, not spread: spread objects may have a hidden class each, and with a thousand of them
        // V8 looks up every property (docs/performance.md).
        receiver: {
          attributes,
          methods,
          dataFormat,
          output,
          own,
          initial,
          changes,
          topic,
          onMessage: (message: NodeMessage & ValueMessage, echo?: OwnPush) => {
            message._msgid = newMessageId();
            if (echo) noteEcho(message._msgid, this, echo);
            noteSent(message, 'received');
            this.send(message);
          },
          onMalformed: malformed.report,
        },
      };
    };
    joinProject(RED, this, raw.cloud, (aliases) => inSettings(RED, raw as Raw, aliases), listenerOf);
  };
}
