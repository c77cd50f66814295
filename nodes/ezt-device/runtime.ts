import type { Node, NodeAPI, NodeDef } from 'node-red';
import { type Aliases, type DeviceReport, EztError, inSlices, type Listener, ownTurn } from '../../cloud';
import { deploysOf } from '../shared/deploys';
import { type Message, onInput, type Send } from '../shared/input';
import { newMessageId } from '../shared/message-id';
import type { NodeType } from '../shared/node-type';
import { joinProject } from '../shared/project-user';
import type { Raw } from '../shared/raw-settings';
import { answersTo, questionOf } from './question';
import { type DeviceSettings, deviceSettings } from './settings';
import { rulesFor } from './where';

/** Messages sent in one slice, at most: the flow runs after each. */
const SENT_AT_ONCE = 100;

/** `ezt-device`: answers with what is known of devices, from the memory, connected or not. */
export function deviceNode(RED: NodeAPI): NodeType {
  return function (this: Node, raw: NodeDef & { cloud?: string }) {
    RED.nodes.createNode(this, raw);
    const joined = joinProject(RED, this, raw.cloud, () => deviceSettings(raw as Raw), listenerOf);
    const turn = turnsOf(RED, this);

    onInput(RED, this, async (message, send) => {
      const { settings, aliases, memory } = joined();
      await memory.loaded;
      const question = questionOf(aliases, settings.device, message);
      const rules = await rulesFor(RED, this, settings.where, message);
      const answers = await answersTo(question, rules, memory, aliases, turn);
      if (settings.output === 'each') await sendEach(answers, message, send);
      else if (settings.output === 'array' || !question.one) sendAs(answers, message, send);
      else for (const answer of answers) sendAs(answer, message, send, answer.device);
    });

    /** One message per device, which a Join node puts together again. What each has of its own is not copied. */
    function sendEach(
      answers: readonly DeviceReport[],
      { payload: _, device: __, ...rest }: Message,
      send: Send,
    ) {
      const id = newMessageId();
      const each = ([index, answer]: [number, DeviceReport]) => {
        const message = RED.util.cloneMessage(rest as Message);
        const parts = { id, type: 'array', count: answers.length, len: 1, index };
        // As core's Split: what the message was part of is kept for a second Join.
        Object.assign(message, {
          parts: rest.parts === undefined ? parts : { ...parts, parts: message.parts },
        });
        sendAs(answer, message, send, answer.device);
      };
      return inSlices(answers.entries(), each, turn, SENT_AT_ONCE);
    }
  };
}

function sendAs(payload: unknown, message: Message, send: Send, device?: string) {
  message.payload = payload;
  if (device !== undefined) message.device = device;
  send(message);
}

/**
 * What the node subscribes to, so that the memory learns of its devices; of every device if only messages name them.
 * QoS 1, because online states and alarms are sent once per change. Not shared: in a group the other members would get
 * what this one has to know.
 */
function listenerOf({ device }: DeviceSettings, aliases: Aliases): Listener | undefined {
  try {
    const { devices = [] } = device.length > 0 ? questionOf(aliases, device, {}) : {};
    return { devices, channels: ['attributes', 'online', 'alarm'], streams: [], qos: 1, unshared: true };
  } catch (error) {
    // What cannot be a device fails message by message; a filter made of it would end the connection.
    if (error instanceof EztError) return undefined;
    throw error;
  }
}

/** Turns of the event loop between slices. Messages wait for the end of a deploy, and the node's end is the end. */
function turnsOf(RED: NodeAPI, node: Node) {
  const deploys = deploysOf(RED);
  let closed = false;
  const closing = new Promise<void>((resolve) => {
    node.on('close', () => {
      closed = true;
      resolve();
    });
  });
  return async () => {
    await ownTurn();
    if (deploys.running) await Promise.race([deploys.over(), closing]);
    if (closed) throw new EztError('closedAsking');
  };
}
