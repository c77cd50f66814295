import type { IClientOptions, MqttClient, Packet } from 'mqtt';
import type { Connection, ProtocolVersion } from './connection-api';
import { encodePublish, pubrel } from './packets';
import { REFUSED } from './refusals';

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
  settled(refused?: number): void;
}

/**
 * Publishes over the stream of an mqtt.js client, past mqtt.js itself: a PUBLISH is one buffer here, where mqtt.js writes
 * eight and keeps a copy, which took more time than all the rest of ours (docs/performance.md). `ids` are the client's,
 * `held` those that the broker may hold until PUBREL.
 */
export function createPublisher(
  client: MqttClient,
  version: ProtocolVersion,
  ids: NonNullable<IClientOptions['messageIdProvider']>,
  held = new Set<number>(),
): Publisher {
  const unanswered = new Map<number, Unanswered>();
  let gathering = false;
  let undrained: (() => void)[] = [];

  /** What is written in one turn of the event loop leaves together: TLS makes a record of each write. */
  function write(bytes: Buffer): boolean {
    const { stream } = client;
    if (!gathering) {
      gathering = true;
      stream.cork();
      setImmediate(() => {
        gathering = false;
        stream.uncork();
      });
    }
    return stream.write(bytes);
  }

  /** QoS 0 is settled when the socket takes more: one listener for all that wait for that. */
  function afterDrain(settled: () => void) {
    if (undrained.push(settled) > 1) return;
    client.stream.once('drain', () => {
      const drained = undrained;
      undrained = [];
      for (const tell of drained) tell();
    });
  }

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
      message.settled(code < REFUSED ? undefined : code);
      return undefined;
    },
  };
}
