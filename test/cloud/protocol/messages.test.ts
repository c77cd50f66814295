import fc from 'fast-check';
import should from 'should';
import { Malformed } from '../../../cloud/protocol/json';
import { DATA_FORMATS, type DataFormat } from '../../../cloud/protocol/limits';
import { MESSAGES } from '../../../cloud/protocol/messages';
import { CHANNELS, type Channel } from '../../../cloud/protocol/topics';

const decode = (channel: Channel, bytes: string | Buffer, format: DataFormat = 'buffer'): unknown =>
  MESSAGES[channel].decode(Buffer.from(bytes), format);
const nested = (levels: number) => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;

/** By channel: what is read, and as what. */
const READ: [Channel, string, unknown][] = [
  ['attributes', '{"a":1,"b":"ON","c":null,"温度":{"x":[]}}', { a: 1, b: 'ON', c: null, 温度: { x: [] } }],
  ['attributes', '{}', {}],
  ['attributes', '\ufeff{"a":1}', { a: 1 }],
  ['attributes', '{"a":1,"a":2}', { a: 2 }],
  ['attributes', '{"a":1,"__proto__":{"b":2}}', { a: 1 }],
  ['event_report', '{"method":"m","params":{"a":1}}', { method: 'm', params: { a: 1 } }],
  ['event_report', '{"method":"m"}', { method: 'm', params: {} }],
  ['event_report', '{"method":"m","params":null,"extra":1}', { method: 'm', params: null, extra: 1 }],
  ['event_report', '{"method":"m","params":[5]}', { method: 'm', params: [5] }],
  ['command_reply', '{"method":"m","params":{},"id":1}', { method: 'm', params: {}, id: 1 }],
  ['command_reply', '{"method":"m","id":"1"}', { method: 'm', params: {}, id: '1' }],
  ['command_reply', '{"id":1}', { params: {}, id: 1 }],
  ['command_reply', '{"method":"","id":1,"ok":true}', { params: {}, id: 1, ok: true }],
  ['command_reply', '{"method":null,"params":null,"id":1}', { params: null, id: 1 }],
  [
    'command_reply',
    '{"params":{"sn":-1724442618569203714},"id":9007199254740993}\0',
    { params: { sn: '-1724442618569203714' }, id: '9007199254740993' },
  ],
  ['attributes', '{"a":[1,{"sn":1724442618569203714}]}\0\0', { a: [1, { sn: '1724442618569203714' }] }],
  ['event_report', '\ufeff{"method":"m"}\r\n\0', { method: 'm', params: {} }],
  ['alarm', '{"alerting":true}', { alerting: true }],
  ['alarm', '{"alerting":false,"rule":"x"}', { alerting: false, rule: 'x' }],
  ['online', '{"online":true}', { online: true }],
  ['online', '{"online":false,"at":5}', { online: false, at: 5 }],
];

/** By channel: what is malformed although it is JSON, and why. */
const WRONG_SHAPE: [Channel, string, RegExp][] = [
  ['event_report', '{}', /no method/],
  ['event_report', '{"params":{}}', /no method/],
  ['event_report', '{"method":""}', /no method/],
  ['event_report', '{"method":5}', /no method/],
  ['event_report', '{"method":null}', /no method/],
  ['event_report', '{"__proto__":{"method":"m"}}', /no method/],
  ['command_reply', '{"method":5,"id":1}', /method is not text/],
  ['command_reply', '{"method":{},"id":1}', /method is not text/],
  ['command_reply', '{"method":"m"}', /no id/],
  ['command_reply', '{"method":"m","id":null}', /no id/],
  ['command_reply', '{"method":"m","id":true}', /no id/],
  ['command_reply', '{"method":"m","id":{}}', /no id/],
  ['command_reply', '{"method":"m","id":[1]}', /no id/],
  ['command_reply', '{"method":"m","__proto__":{"id":1}}', /no id/],
  ['alarm', '{}', /"alerting" is not true or false/],
  ['alarm', '{"alerting":1}', /"alerting"/],
  ['alarm', '{"alerting":"true"}', /"alerting"/],
  ['alarm', '{"alerting":null}', /"alerting"/],
  ['alarm', '{"online":true}', /"alerting"/],
  ['alarm', '{"\\u005f_proto__":{"alerting":true}}', /"alerting"/],
  ['online', '{"online":0}', /"online" is not true or false/],
  ['online', '{"online":"ON"}', /"online"/],
];

/** What no channel of objects takes. */
const NO_OBJECT: [string, string | Buffer][] = [
  ['nothing', ''],
  ['a number', '5'],
  ['text', '"x"'],
  ['null', 'null'],
  ['true', 'true'],
  ['a list', '[{"a":1}]'],
  ['no JSON', 'temperature=5'],
  ['an infinite number', '{"alerting":true,"online":true,"method":"m","id":1,"a":1e999}'],
  ['NaN', '{"a":NaN}'],
  ['201 levels', nested(201)],
  ['100,000 levels', nested(100_000)],
  ['invalid UTF-8', Buffer.of(0x7b, 0xff, 0x7d)],
];

describe('messages', () => {
  for (const [channel, text, payload] of READ) {
    it(`reads ${channel} ${JSON.stringify(text)}`, () => should(decode(channel, text)).eql(payload));
  }
  for (const [channel, text, message] of WRONG_SHAPE) {
    it(`refuses ${channel} ${text}`, () => should(() => decode(channel, text)).throw(Malformed, { message }));
  }
  for (const [what, bytes] of NO_OBJECT) {
    it(`refuses ${what} on every channel of objects`, () => {
      for (const channel of CHANNELS) {
        if (channel !== 'data') should(() => decode(channel, bytes)).throw(Malformed);
      }
    });
  }

  it('takes no notice of the data format but for data', () => {
    for (const format of DATA_FORMATS)
      should(decode('alarm', '{"alerting":true}', format)).eql({ alerting: true });
  });

  it('throws nothing but Malformed, whatever the bytes', () => {
    const bytes = fc.oneof(
      fc.uint8Array(),
      fc.json().map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...CHANNELS),
        fc.constantFrom(...DATA_FORMATS),
        bytes,
        (channel, format, raw) => {
          try {
            decode(channel, Buffer.from(raw), format);
          } catch (error) {
            should(error).be.instanceOf(Malformed);
          }
        },
      ),
    );
  });
});
