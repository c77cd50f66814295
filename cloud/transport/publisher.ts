import type { Packet } from 'mqtt';
import type { Connection, ProtocolVersion } from './connection-api';
import type { PacketIds } from './packet-ids';
import { encodePublish, pubrel } from './packets';
import { REFUSED } from './reason-codes';
import type { Writer } from './writer';

export interface Publisher {
  /** On CONNACK. What a session still holds of QoS 2 messages is let go: they are sent again as new ones. */
  begin(sessionPresent: boolean): void;
  publish: Connection['publish'];
  /** Takes what the broker sends. Returns what is wrong with it when it is no answer to the PUBLISH that it names. */
  receive(packet: Packet): Error | undefined;
}

/** A PUBLISH of QoS 1 or 2, and the packet that is due for it. */
interface Unanswered {
  due: 'puback' | 'pubrec' | 'pubcomp';
  settled(refused?: number, said?: string): void;
}

/**
 * Publishes over the stream of an mqtt.js client, past mqtt.js itself: a PUBLISH is one buffer here, where mqtt.js writes
 * eight and keeps a copy, which took more time than all the rest of ours (docs/performance.md). `ids` are the client's,
 * `held` those that the broker may hold until PUBREL.
 */
export function createPublisher(
  { write, afterDrain }: Writer,
  version: ProtocolVersion,
  ids: PacketIds,
  held = new Set<number>(),
): Publisher {
  const unanswered = new Map<number, Unanswered>();

  return {
    begin(sessionPresent) {
      if (!sessionPresent) held.clear();
      for (const id of held) {
        ids.register(id);
        unanswered.set(id, { due: 'pubcomp', settled: () => undefined });
        write(pubrel(id));
      }
    },
    publish(topic, payload, qos, settled) {
      const message = { topic, payload, qos };
      if (qos === 0) {
        if (write(encodePublish(version, message, 0))) settled();
        else afterDrain(settled);
        return;
      }
      const id = ids.allocate();
      if (id === null) throw new Error('more messages are unacknowledged than there are packet identifiers');
      if (qos === 2) held.add(id);
      unanswered.set(id, { due: qos === 1 ? 'puback' : 'pubrec', settled });
      write(encodePublish(version, message, id));
    },
    receive(packet) {
      const id = packet.messageId;
      if (id === undefined || packet.cmd === 'publish' || packet.cmd === 'pubrel') return undefined;
      const message = unanswered.get(id);
      if (!message) return undefined; // mqtt.js's, or nobody's
      const askedAgain = packet.cmd === 'pubrec' && message.due === 'pubcomp';
      if (packet.cmd !== message.due && !askedAgain) {
        return new Error(`protocol error: ${packet.cmd} answers no PUBLISH of ${id}`);
      }
      const code = packet.reasonCode ?? 0;
      if (packet.cmd === 'pubrec' && code < REFUSED) {
        message.due = 'pubcomp';
        write(pubrel(id));
        return undefined;
      }
      unanswered.delete(id);
      ids.deallocate(id);
      held.delete(id);
      message.settled(code < REFUSED ? undefined : code, packet.properties?.reasonString);
      return undefined;
    },
  };
}
