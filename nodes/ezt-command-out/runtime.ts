import type { Node, NodeAPI, NodeDef } from 'node-red';
import { copyParams, EztError } from '../../cloud';
import { devicesOf, namesList } from '../shared/devices';
import { type Message, type Outgoing, onInput, type Send } from '../shared/input';
import type { NodeType } from '../shared/node-type';
import { type Joined, joinProject } from '../shared/project-user';
import type { Raw } from '../shared/raw-settings';
import { commandOf } from './command';
import { type Delivery, deliver } from './deliver';
import { forEachDevice } from './each-device';
import { listenerOf } from './listener';
import { copyFor, noReplyFields } from './results';
import { type CommandOutSettings, commandOutSettings } from './settings';
import { timeoutOf } from './timeout';

/** `ezt-command-out`: sends commands and, if asked to, passes on the devices' replies. */
export function commandOutNode(RED: NodeAPI): NodeType {
  return function (this: Node, raw: NodeDef & { cloud?: string }) {
    RED.nodes.createNode(this, raw);
    const joined = joinProject(RED, this, raw.cloud, () => commandOutSettings(raw as Raw), listenerOf);

    onInput(RED, this, async (message, send) => {
      const now = joined();
      try {
        await sendAll(now, message, send);
      } catch (error) {
        now.failed(error);
        throw error;
      } finally {
        now.changed();
      }
    });

    const sendAll = async (now: Joined<CommandOutSettings>, message: Message, send: Send) => {
      const { user, aliases, settings } = now;
      const devices = devicesOf(aliases, settings.device, message);
      const several = namesList(aliases, settings.device, message);
      const takesTurns = several || settings.oneAtATime;
      const timeout = settings.waitReply ? timeoutOf(settings.timeout, message) : 0;
      const { method, params: given, id } = await commandOf(RED, this, settings, message);
      // Before any is sent: what is wrong with the command is wrong for all of them, and for later.
      const params =
        takesTurns || settings.retries > 0 || settings.whenOffline === 'hold' ? copyParams(given) : given;
      if (takesTurns) user.checkRoom();
      const deliveries = devices.map((device) => {
        const command = { method, params, id: user.commandId(device, id) };
        return { device, command, timeout, several };
      });

      const deliverTo = async (delivery: Delivery, withFields: (fields: object) => Message) => {
        try {
          const fields = await deliver(now, delivery);
          if (!fields) return;
          now.sent();
          send(withFields(fields));
        } catch (error) {
          if (!settings.secondOutput || !isNoReply(error)) throw error;
          now.failed(error);
          const { device, command } = delivery;
          const fields = { device, id: command.id, ...noReplyFields(RED, this, error, method) };
          send([null, withFields(fields)] satisfies Outgoing);
        }
      };
      const [only] = deliveries;
      if (only && !several) return deliverTo(only, (fields) => Object.assign(message, fields));
      await forEachDevice(RED, this, deliveries, message, (delivery, own) =>
        deliverTo(delivery, (fields) => copyFor(RED, message, { ...own, ...fields })),
      );
    };
  };
}

const isNoReply = (error: unknown): error is EztError =>
  error instanceof EztError && error.code === 'EZT_REPLY_TIMEOUT';
