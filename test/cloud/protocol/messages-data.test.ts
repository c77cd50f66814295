import fc from 'fast-check';
import should from 'should';
import { Malformed } from '../../../cloud/protocol/json';
import type { DataFormat } from '../../../cloud/protocol/limits';
import { MESSAGES } from '../../../cloud/protocol/messages';
import type { Channel } from '../../../cloud/protocol/topics';

const decode = (channel: Channel, bytes: string | Buffer, format: DataFormat = 'buffer'): unknown =>
  MESSAGES[channel].decode(Buffer.from(bytes), format);
const nested = (levels: number) => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;

describe('messages', () => {
  describe('data', () => {
    const binary = Buffer.of(1, 3, 0xff);
    const rows: [DataFormat, string | Buffer, unknown][] = [
      ['buffer', binary, binary],
      ['buffer', '', Buffer.alloc(0)],
      ['buffer', '\ufeffx', Buffer.from('\ufeffx')],
      ['text', 'grüß 设备', 'grüß 设备'],
      ['text', '\ufeffx', 'x'],
      ['text', '', ''],
      ['text', 'a\0b', 'a\0b'],
      ['json', '5', 5],
      ['json', '"x"', 'x'],
      ['json', 'null', null],
      ['json', '\ufeff[1]', [1]],
      ['json', '{"__proto__":1,"a":{"\\u005f_proto__":1}}', { a: {} }],
      ['hex', binary, '0103ff'],
      ['hex', '', ''],
      ['base64', binary, 'AQP/'],
      ['base64', '', ''],
      ['auto', '{"a":1}', { a: 1 }],
      ['auto', ' \n[1]', [1]],
      ['auto', '\ufeff{"a":1}\0', { a: 1 }],
      ['auto', '{"sn":1724442618569203714}', { sn: '1724442618569203714' }],
      ['auto', '5', '5'],
      ['auto', '1E10', '1E10'],
      ['auto', '123456', '123456'],
      ['auto', 'null', 'null'],
      ['auto', '"x"', '"x"'],
      ['auto', '{not JSON', '{not JSON'],
      ['gb18030', Buffer.of(0xce, 0xc2, 0xb6, 0xc8, 0x3d, 0x32, 0x33), '温度=23'],
      ['gb18030', Buffer.of(0x81, 0x30, 0x81, 0x30, 0x90, 0x30, 0x81, 0x30), '\u0080\u{10000}'],
      ['gb18030', Buffer.of(0x84, 0x31, 0x95, 0x33, 0x41), 'A'],
      ['gb18030', '', ''],
      ['auto', '\ufefftext', 'text'],
      ['auto', '', ''],
      ['auto', '1e999', '1e999'],
      ['auto', nested(201), nested(201)],
      ['auto', binary, binary],
    ];
    for (const [format, bytes, value] of rows) {
      const what = JSON.stringify(bytes.toString('latin1').slice(0, 40));
      it(`reads ${what} as ${format}`, () => should(decode('data', bytes, format)).eql(value));
    }

    const malformed: [DataFormat, string | Buffer][] = [
      ['text', binary],
      ['text', Buffer.of(0xce, 0xc2, 0xb6, 0xc8)],
      ['gb18030', Buffer.of(0xce)],
      ['gb18030', Buffer.of(0xff)],
      ['gb18030', Buffer.of(0xc4, 0x20)],
      ['modbus', 'x'],
      ['json', '{"a":1}\0x'],
      ['json', '\0{"a":1}'],
      ['json', ''],
      ['json', 'x'],
      ['json', '1e999'],
      ['json', nested(201)],
      ['json', binary],
    ];
    for (const [format, bytes] of malformed) {
      const what = JSON.stringify(bytes.toString('latin1').slice(0, 40));
      it(`refuses ${what} as ${format}`, () => should(() => decode('data', bytes, format)).throw(Malformed));
    }

    it('gives bytes of its own, not a window on what came over the wire', () => {
      const wire = Buffer.from('abc');
      const payload = MESSAGES.data.decode(wire, 'buffer');
      wire[0] = 0;
      should(payload).eql(Buffer.from('abc'));
    });

    it('takes any bytes as buffer, hex, base64 and auto', () => {
      fc.assert(
        fc.property(
          fc.uint8Array(),
          fc.constantFrom<DataFormat>('buffer', 'hex', 'base64', 'auto'),
          (bytes, format) => {
            const value = decode('data', Buffer.from(bytes), format);
            if (format === 'hex') Buffer.from(String(value), 'hex').should.eql(Buffer.from(bytes));
            if (format === 'base64') Buffer.from(String(value), 'base64').should.eql(Buffer.from(bytes));
            if (format === 'buffer') should(value).eql(Buffer.from(bytes));
          },
        ),
      );
    });
  });
});
