import type { Node, NodeAPI, NodeDef, NodeMessage } from 'node-red';
import type { Listener, OwnPush, ValueMessage } from '../../cloud';
import { noteEcho } from '../shared/echoes';
import { newMessageId } from '../shared/message-id';
import type { NodeType } from '../shared/node-type';
import { joinProject } from '../shared/project-user';
import type { Raw } from '../shared/raw-settings';
import { reportMalformed } from './malformed';
import { type InSettings, inSettings } from './settings';

/** `ezt-in`: sends what devices send into the flow, as typed messages. */
export function inNode(RED: NodeAPI): NodeType {
  return function (this: Node, raw: NodeDef & { cloud?: string }) {
    RED.nodes.createNode(this, raw);
    const malformed = reportMalformed(RED, this);
    this.on('close', malformed.stop);

    const listenerOf = (settings: InSettings): Listener => {
      const { devices, channels, streams, qos, attributes, methods, dataFormat, output, own } = settings;
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
          onMessage: (message: NodeMessage & ValueMessage, echo?: OwnPush) => {
            message._msgid = newMessageId();
            if (echo) noteEcho(message._msgid, this, echo);
            this.send(message);
          },
          onMalformed: malformed.report,
        },
      };
    };
    joinProject(RED, this, raw.cloud, (aliases) => inSettings(RED, raw as Raw, aliases), listenerOf);
  };
}
