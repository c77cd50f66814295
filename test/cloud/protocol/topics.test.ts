import fc from 'fast-check';
import should from 'should';
import { CHANNELS, formatTopic, isTopicLevel, topicParser } from '../../../cloud/protocol/topics';

const KEY = 'PR_0123456789';
const parse = topicParser(KEY);
const level = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter(isTopicLevel);

describe('topics', () => {
  describe('a topic level', () => {
    const valid = ['DU_0123456789', 'a', '设备', '🚲', '$SYS', 'a.b', '...', 'a,b', 'x'.repeat(128)];
    for (const text of valid) {
      it(`may be ${JSON.stringify(text.slice(0, 20))}`, () => isTopicLevel(text).should.be.true());
    }

    const invalid: [string, unknown][] = [
      ['empty', ''],
      ['two levels', 'a/b'],
      ['a single-level wildcard', '+'],
      ['with a wildcard inside', 'a+b'],
      ['a multi-level wildcard', '#'],
      ['with a multi-level wildcard inside', 'a#'],
      ['a blank', ' '],
      ['with a blank inside', 'a b'],
      ['with a blank at its end', 'DU_a '],
      ['with a no-break space', 'DU_a\u00a0'],
      ['with an ideographic space', 'DU\u3000a'],
      ['with a zero-width space', 'DU_a\u200b'],
      ['with a zero-width joiner', 'DU_\u200da'],
      ['with a byte-order mark', '\ufeffDU_a'],
      ['with a soft hyphen', 'DU\u00ad_a'],
      ['with a right-to-left mark', '\u200fDU_a'],
      ['with an isolate', '\u2066DU_a\u2069'],
      ['with a variation selector', 'DU_1\ufe0f'],
      ['with a Hangul filler', 'DU_\u3164'],
      ['with an empty Braille cell', 'DU_\u2800'],
      ['with a tag character', 'DU_\u{e0041}'],
      // biome-ignore lint/suspicious/noTemplateCurlyInString: nobody has replaced it
      ['with a variable in it', 'DU_${N}'],
      ['with NUL', 'a\0'],
      ['with a line feed', 'a\n'],
      ['with DEL', 'a\x7f'],
      ['with a C1 control', 'a\x85'],
      ['with a high surrogate alone', 'a\ud83d'],
      ['with a low surrogate alone', '\udeb2b'],
      ['with a noncharacter', 'a\uffff'],
      ['a dot', '.'],
      ['two dots', '..'],
      ['129 characters', 'x'.repeat(129)],
      ['70 kB', 'x'.repeat(70_000)],
      ['undefined', undefined],
      ['null', null],
      ['a number', 5],
      ['a list', ['DU_1']],
      ['a String object', Object('DU_1')],
      ['a Buffer', Buffer.from('DU_1')],
      ['an object', { toString: () => 'DU_1' }],
    ];
    for (const [what, value] of invalid) {
      it(`is not ${what}`, () => isTopicLevel(value).should.be.false());
    }
  });

  describe('parsing', () => {
    it('is the opposite of formatting', () => {
      fc.assert(
        fc.property(level, fc.constantFrom(...CHANNELS), level, (device, channel, stream) => {
          const topic = channel === 'data' ? { device, channel, stream } : { device, channel };
          should(parse(formatTopic(KEY, device, channel, topic.stream))).eql(topic);
        }),
      );
    });

    const outside = [
      '',
      'open',
      `open/${KEY}`,
      `open/${KEY}/`,
      `open/${KEY}/DU_1`,
      `open/${KEY}/DU_1/`,
      `open/${KEY}//attributes`,
      `open/${KEY}/DU_1/attributes/`,
      `open/${KEY}/DU_1/attributes/x`,
      `open/${KEY}/DU_1/attributes_push`,
      `open/${KEY}/DU_1/command_send`,
      `open/${KEY}/DU_1/ATTRIBUTES`,
      `open/${KEY}/DU_1/toString`,
      `open/${KEY}/DU_1/__proto__`,
      `open/${KEY}/DU_1/data`,
      `open/${KEY}/DU_1/data/`,
      `open/${KEY}/DU_1/data/s/`,
      `open/${KEY}/DU_1/data/s/t`,
      `open/${KEY}x/DU_1/attributes`,
      `open/other/DU_1/attributes`,
      `/open/${KEY}/DU_1/attributes`,
      `$share/g/open/${KEY}/DU_1/attributes`,
    ];
    for (const topic of outside) {
      it(`leaves ${JSON.stringify(topic)} alone`, () => should(parse(topic)).be.undefined());
    }

    it('takes a device of any name, one of an object’s own members too', () => {
      for (const device of ['__proto__', 'constructor', '设备', ' ']) {
        should(parse(`open/${KEY}/${device}/alarm`)).eql({ device, channel: 'alarm' });
      }
    });

    it('never throws, and gives back nothing that does not format to the same topic', () => {
      const piece = fc.oneof(
        fc.constantFrom('open', KEY, 'data', '', ...CHANNELS),
        fc.string({ unit: 'binary' }),
      );
      fc.assert(
        fc.property(fc.array(piece, { maxLength: 7 }), (pieces) => {
          const text = pieces.join('/');
          const topic = parse(text);
          if (topic) formatTopic(KEY, topic.device, topic.channel, topic.stream).should.equal(text);
        }),
      );
    });
  });

  it('reads a topic alike the first time and ever after, however many others came between', () => {
    const again = topicParser(KEY);
    const topic = formatTopic(KEY, 'DU_1', 'data', 's1');
    const first = { ...again(topic) };
    for (let i = 0; i < 10_000; i += 1) again(formatTopic(KEY, `DU_${i}`, 'alarm'));
    should(again(topic)).eql(first);
    should(again(topic)).eql({ device: 'DU_1', channel: 'data', stream: 's1' });
    should(again(formatTopic('PR_other', 'DU_1', 'data', 's1'))).be.undefined();
  });
});
