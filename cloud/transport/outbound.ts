import type { Connection } from './connection';
import type { PacketIds } from './packet-ids';
import { protocolError } from './packet-scanner';
import type { PublishChannel } from './publish-channel';
import { type Acknowledgement, PUBACK, PUBCOMP, PUBREC, PUBREL } from './publish-packets';
import { REFUSED } from './reason-codes';

/** Reason code of PUBACK and PUBREC, MQTT 5 §3.4.2.1. */
const NO_MATCHING_SUBSCRIBERS = 0x10;

/** Sends messages to the broker, and matches its answers. */
export interface Outbound {
  /** On CONNACK. QoS 2 messages that the session still holds are released: they are sent again as new ones. */
  begin(sessionPresent: boolean): void;
  publish: Connection['publish'];
  /** PUBACK, PUBREC or PUBCOMP. Throws when it is no answer to the packet that has its identifier. */
  answered(type: Acknowledgement, packetId: number, code: number, reasonString?: string): void;
  /** SUBACK or UNSUBACK. Throws when it has the identifier of a message. */
  checkAnswer(packetId: number): void;
}

/** A PUBLISH of QoS 1 or 2, and the packet that is due for it. */
interface Unanswered {
  due: Acknowledgement;
  settled(code?: number, reasonString?: string): void;
}

/** `ids` are those of mqtt.js too; `held`: QoS 2 messages that the broker may hold until PUBREL, state of the session. */
export function createOutbound(
  channel: PublishChannel,
  ids: PacketIds,
  held: Set<number>,
  onNoSubscribers: () => void,
): Outbound {
  const unanswered = new Map<number, Unanswered>();

  return {
    begin(sessionPresent) {
      if (!sessionPresent) held.clear();
      for (const id of held) {
        ids.register(id);
        unanswered.set(id, { due: PUBCOMP, settled: () => undefined });
        channel.acknowledge(PUBREL, id);
      }
    },
    publish(topic, payload, qos, settled, expiry) {
      const message = { topic, payload, qos, expiry };
      if (qos === 0) {
        channel.publish(message, 0);
        if (channel.isFull) channel.afterDrain(settled);
        else settled();
        return;
      }
      const id = ids.allocate();
      if (id === null) throw new Error('more messages are unacknowledged than there are packet identifiers');
      if (qos === 2) held.add(id);
      unanswered.set(id, { due: qos === 1 ? PUBACK : PUBREC, settled });
      channel.publish(message, id);
    },
    answered(type, id, code, reasonString) {
      const message = unanswered.get(id);
      if (!message) {
        if (ids.isTaken(id)) throw protocolError(`packet type ${type} answers no PUBLISH of ${id}`);
        return; // not an answer to anything
      }
      const askedAgain = type === PUBREC && message.due === PUBCOMP;
      if (type !== message.due && !askedAgain) {
        throw protocolError(`packet type ${type} answers no PUBLISH of ${id}`);
      }
      if (type !== PUBCOMP && code === NO_MATCHING_SUBSCRIBERS) onNoSubscribers();
      if (type === PUBREC && code < REFUSED) {
        message.due = PUBCOMP;
        channel.acknowledge(PUBREL, id);
        return;
      }
      unanswered.delete(id);
      ids.deallocate(id);
      held.delete(id);
      if (code < REFUSED) message.settled();
      else message.settled(code, reasonString);
    },
    checkAnswer(packetId) {
      if (unanswered.has(packetId)) throw protocolError(`PUBLISH of ${packetId} answered as a subscription`);
    },
  };
}
