import type { Node, NodeAPI, NodeDef } from 'node-red';
import { EztError, encodeAttributes } from '../../cloud';
import { devicesOf } from '../shared/devices';
import { countLoop } from '../shared/echoes';
import { onInput } from '../shared/input';
import type { NodeType } from '../shared/node-type';
import { joinProject } from '../shared/project-user';
import type { Raw } from '../shared/raw-settings';
import { translate } from '../shared/texts';
import { attrOutSettings } from './settings';

/** `ezt-attr-out`: pushes attributes to devices, and passes the message on once the broker has them. */
export function attrOutNode(RED: NodeAPI): NodeType {
  return function (this: Node, raw: NodeDef & { cloud?: string }) {
    RED.nodes.createNode(this, raw);
    const joined = joinProject(RED, this, raw.cloud, () => attrOutSettings(raw as Raw));
    let replaced = 0;
    const reportReplaced = () => {
      if (replaced === 0) return;
      this.log(translate(RED, new EztError('pushesReplaced', { count: replaced })).message);
      replaced = 0;
    };
    onInput(RED, this, async (message, send) => {
      const { user, aliases, settings, changed, sent, failed } = joined();
      try {
        const devices = devicesOf(aliases, settings.device, message);
        const payload = encodeAttributes(message.payload, settings.attribute);
        const loopDepth = countLoop(RED, this, message, devices);
        const settled = user.push(devices, payload, settings.qos, { latest: settings.latest, loopDepth });
        changed();
        const count = await settled;
        replaced += count;
        if (count === devices.length) return; // newer values are sent in its place
        sent();
        reportReplaced();
        message.device = devices.length === 1 ? devices[0] : devices;
        send(message);
      } catch (error) {
        failed(error);
        throw error;
      } finally {
        changed();
      }
    });
  };
}
