import should from 'should';
import { isPlainObject } from '../../../cloud/protocol/json';
import { MESSAGES } from '../../../cloud/protocol/messages';
import { contentOf, deliver } from '../../../cloud/receive/delivery';
import { envelopeOf, receiver, send, topicOf } from './receiver';

describe('delivery', () => {
  it('says where and when a message came from', () => {
    const one = receiver();
    send('alarm', '{"alerting":true}', one);
    should(one.messages).eql([
      { ...envelopeOf(topicOf('alarm')), type: 'alarm', payload: { alerting: true } },
    ]);
  });

  it('lets the object of attributes be rebuilt from its values', () => {
    const [one, other] = [receiver({ output: 'value' }), receiver({ output: 'value' })];
    send('attributes', '{"b":1,"a":{"c":2}}', one, other);
    const parts = one.messages.map((message) => message.parts);
    should(parts.map((part) => part && [part.type, part.index, part.count])).eql([
      ['object', 0, 2],
      ['object', 1, 2],
    ]);
    const rebuilt = Object.fromEntries(one.messages.map(({ parts: part, payload }) => [part?.key, payload]));
    rebuilt.should.eql({ b: 1, a: { c: 2 } });
    new Set(parts.map((part) => part?.id)).size.should.equal(1);
    should(other.messages[0]?.parts?.id).not.equal(parts[0]?.id);
    send('attributes', '{"b":1}', one);
    should(one.messages.at(-1)?.parts?.id).not.equal(parts[0]?.id);
  });

  it('gives each its own: what one changes, even at once, no other sees', () => {
    const changing = () =>
      receiver({
        dataFormat: 'json',
        onMessage({ payload }) {
          seen.push(JSON.stringify(payload));
          if (isPlainObject(payload) && isPlainObject(payload.a)) payload.a.b = 'changed';
        },
      });
    const seen: string[] = [];
    send('attributes', '{"a":{"b":1}}', changing(), changing(), changing());
    send('data', '{"a":{"b":1}}', changing(), changing());
    seen.should.eql(Array(5).fill('{"a":{"b":1}}'));
  });

  it('gives each bytes of its own', () => {
    const [one, other] = [receiver(), receiver()];
    const wire = Buffer.from('abc');
    deliver(envelopeOf(topicOf('data')), wire, [one, other], contentOf('data', wire));
    wire.fill(0);
    const [first] = one.messages;
    if (Buffer.isBuffer(first?.payload)) first.payload.fill(1);
    should(other.messages[0]?.payload).eql(Buffer.from('abc'));
  });

  describe('of what is malformed', () => {
    it('sends nothing, and hands the raw bytes to each that wanted it', () => {
      const receivers = [receiver(), receiver({ output: 'value', attributes: ['a'] })];
      const delivery = send('attributes', '{"a":', ...receivers);
      delivery.should.have.properties({ delivered: 0, malformed: true });
      for (const { messages, malformed } of receivers) {
        messages.should.be.empty();
        const [[error, raw] = []] = malformed;
        should(error).have.properties({
          code: 'EZT_MALFORMED',
          message: 'The received message is not valid attributes: not JSON.',
        });
        const { topic, device, project, timestamp, qos, retain } = envelopeOf(topicOf('attributes'));
        should(raw).eql({
          topic,
          device,
          project,
          timestamp,
          qos,
          retain,
          type: 'attributes',
          payload: Buffer.from('{"a":'),
        });
      }
      should(receivers[0]?.malformed[0]?.[1].payload).not.equal(receivers[1]?.malformed[0]?.[1].payload);
    });

    it('tells only those whose format it does not fit', () => {
      const [json, text] = [receiver({ dataFormat: 'json' }), receiver({ dataFormat: 'text' })];
      send('data', 'x', json, text).should.have.properties({ delivered: 1, malformed: true });
      should(json.malformed[0]?.[1]).have.properties({ type: 'data', stream: 's1' });
      text.messages.length.should.equal(1);
    });
  });

  /** How often `action` has payloads of this channel decoded. */
  function decodings(channel: 'attributes' | 'data', action: () => void): number {
    const row = MESSAGES[channel];
    const decode = row.decode;
    let times = 0;
    row.decode = (...args: Parameters<typeof decode>) => {
      times += 1;
      return decode(...args) as never;
    };
    try {
      action();
      return times;
    } finally {
      row.decode = decode as never;
    }
  }

  it('decodes JSON once, also when nobody is there: the device memory learns from it', () => {
    const forms = [receiver(), receiver({ dataFormat: 'hex' }), receiver({ output: 'value' })];
    should(decodings('attributes', () => send('attributes', '{"a":1}'))).equal(1);
    should(decodings('attributes', () => send('attributes', '{"a":1}', ...forms))).equal(1);
    should(decodings('attributes', () => send('attributes', '{', receiver(), receiver()))).equal(1);
  });

  it('decodes data once per format, and not at all when nobody is there', () => {
    const forms = [receiver(), receiver(), receiver({ dataFormat: 'hex' })];
    should(decodings('data', () => send('data', 'x'))).equal(0);
    should(decodings('data', () => send('data', 'x', ...forms))).equal(2);
  });

  it('serves the others when one throws', () => {
    const broken = new Error('broken on purpose');
    const fails = () => {
      throw broken;
    };
    const receivers = [
      receiver({ onMessage: fails }),
      receiver(),
      receiver({ onMessage: fails }),
      receiver(),
    ];
    const delivery = send('alarm', '{"alerting":true}', ...receivers);
    delivery.should.have.properties({ delivered: 2, errors: [broken, broken] });
    receivers.map(({ messages }) => messages.length).should.eql([0, 1, 0, 1]);
    const told = receiver();
    send('alarm', '', receiver({ onMalformed: fails }), told);
    told.malformed.length.should.equal(1);
  });
});
