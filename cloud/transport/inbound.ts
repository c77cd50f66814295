import { protocolError } from './packet-scanner';
import type { Received } from './publish-packets';
import { type Acknowledgement, PUBACK, PUBCOMP, PUBREC } from './publish-packets';

/** Hands received messages over, and acknowledges them to the broker. */
export interface Inbound {
  /** On CONNACK. */
  begin(sessionPresent: boolean): void;
  /** Whether another message of this QoS may be handed over while others are unacknowledged. */
  hasRoom(qos: number): boolean;
  take(received: Received): void;
  acknowledge(received: Received): void;
  /** PUBREL. */
  release(packetId: number): void;
}

export interface InboundOptions {
  /** QoS 1 and 2 messages that may be handed over and unacknowledged; MQTT 3.1.1 has no such limit. */
  receiveMaximum: number;
  /** QoS 2 messages that were handed over and not yet released, by packet identifier: state of the session. */
  held: Set<number>;
  send(type: Acknowledgement, packetId: number): void;
  onMessage(received: Received): void;
}

/**
 * QoS 2 messages are handed over with PUBLISH, not with PUBREL (MQTT 5 §4.3.3 allows both). So between the two only
 * the identifier is stored, in `held`, and no message is lost when this process ends.
 */
export function createInbound({ receiveMaximum, held, send, onMessage }: InboundOptions): Inbound {
  let unacknowledged = 0;
  return {
    begin(sessionPresent) {
      if (!sessionPresent) held.clear();
    },
    hasRoom: (qos) => qos === 0 || unacknowledged < receiveMaximum,
    take(received) {
      const { qos, packetId } = received;
      if (qos === 2) {
        if (held.has(packetId)) {
          send(PUBREC, packetId);
          return;
        }
        if (held.size >= receiveMaximum) throw protocolError('receive maximum exceeded');
      }
      if (qos > 0) unacknowledged += 1;
      onMessage(received);
    },
    acknowledge({ qos, packetId }) {
      if (qos === 0) return;
      unacknowledged -= 1;
      if (qos === 2) held.add(packetId);
      send(qos === 1 ? PUBACK : PUBREC, packetId);
    },
    release(packetId) {
      held.delete(packetId);
      send(PUBCOMP, packetId);
    },
  };
}
