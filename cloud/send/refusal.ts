import { EztError } from '../protocol/errors';
import { quote } from '../transport/broker-words';
import type { Connection } from '../transport/connection';
import type { Connected } from '../transport/packets';
import { type Outgoing, publishSize } from '../transport/publish-packets';
import { describeCode, formatCode } from '../transport/reason-codes';

/** What messages are sent through, and what the broker allows on it. */
export type OutboxConnection = Pick<Connection, 'publish'> &
  Pick<Connected, 'receiveMaximum' | 'maximumPacketSize' | 'maximumQos'>;

const QOS_NOT_SUPPORTED = 0x9b;
/** MQTT 5 §3.4.2.1. */
export const QUOTA_EXCEEDED = 0x97;
/** Takes the room of the interval that {@link Sender} sends with. */
const ANY_EXPIRY = 1;

/** Why `message` must not be sent, if so: the broker has announced limits, and hangs up on what exceeds them. */
export function unsendable(
  message: Outgoing,
  { maximumPacketSize, maximumQos }: OutboxConnection,
): EztError | undefined {
  const { topic, payload, qos } = message; // not spread: that takes as long as sending it (docs/performance.md)
  const size = publishSize({ topic, payload, qos, expiry: ANY_EXPIRY });
  if (size > maximumPacketSize) return new EztError('tooLarge', { size, limit: maximumPacketSize });
  return qos > maximumQos ? publishRefused(QOS_NOT_SUPPORTED) : undefined;
}

/** The error for a PUBLISH that the broker refused. `reasonString`: the broker's own words. */
export const publishRefused = (code: number, reasonString?: string): EztError =>
  new EztError('publishRefused', {
    reason: describeCode(code) + quote({ reasonString }),
    code: formatCode(code),
  });
