import fc from 'fast-check';
import { generate } from 'mqtt-packet';
import should from 'should';
import { publishRefused, unsendable } from '../../../cloud/send/refusal';

describe('what the broker would refuse', () => {
  const publish = () => undefined;

  it('is a PUBLISH above its maximum packet size, to the byte, also with an expiry', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 50 }),
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom(0, 1, 2),
        (topic, bytes, qos) => {
          const payload = Buffer.from(bytes);
          const messageId = qos === 0 ? {} : { messageId: 7 };
          const properties = { messageExpiryInterval: 60 };
          const packet = {
            cmd: 'publish',
            topic,
            payload,
            qos,
            retain: false,
            dup: false,
            properties,
          } as const;
          const size = generate({ ...packet, ...messageId }, { protocolVersion: 5 }).length;
          const limits = { publish, receiveMaximum: 10, maximumQos: 2 } as const;
          const message = { topic, payload, qos: qos as 0 | 1 | 2 };
          should(unsendable(message, { ...limits, maximumPacketSize: size })).be.undefined();
          should(unsendable(message, { ...limits, maximumPacketSize: size - 1 })).match({
            code: 'EZT_PAYLOAD',
            reason: 'tooLarge',
            params: { size, limit: size - 1 },
          });
        },
      ),
    );
  });

  it('is a QoS above its maximum', () => {
    const connection = { publish, receiveMaximum: 10, maximumPacketSize: 1000, maximumQos: 1 } as const;
    const message = { topic: 't', payload: Buffer.from('x') };
    should(unsendable({ ...message, qos: 1 }, connection)).be.undefined();
    should(unsendable({ ...message, qos: 2 }, connection)?.message).match(/0x9B/);
  });

  it('is told with its code, in words, and in its own', () => {
    const error = publishRefused(0x87, 'not on my watch');
    should([error.code, error.params.code]).deepEqual(['EZT_REFUSED', '0x87']);
    should(error.message).match(/not on my watch/);
  });
});
