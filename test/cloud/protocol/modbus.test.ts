import fc from 'fast-check';
import should from 'should';
import { Malformed } from '../../../cloud/protocol/json';
import { decodeModbus, modbusCrc } from '../../../cloud/protocol/modbus';

const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');
/** `hex` with its CRC, low byte first. */
function frame(hex: string): Buffer {
  const crc = Buffer.alloc(2);
  crc.writeUInt16LE(modbusCrc(bytes(hex)));
  return Buffer.concat([bytes(hex), crc]);
}
const inBits = (text: string) => [...text].map((bit) => bit === '1');

describe('Modbus RTU', () => {
  it('has the CRC of frames that are printed elsewhere', () => {
    for (const known of ['01 04 02 ff ff b8 80', '01 03 00 00 00 0a c5 cd', '11 03 00 6b 00 03 76 87']) {
      decodeModbus(bytes(known)).address.should.equal(bytes(known)[0]);
    }
  });

  // Examples of Modbus Application Protocol V1.1b3, 6.1 to 6.12 and 7.
  const rows: [what: string, hex: string, said: object][] = [
    ['coils', '11 01 03 cd 6b 05', { function: 1, coils: inBits('101100111101011010100000') }],
    ['inputs', '11 02 01 35', { function: 2, coils: inBits('10101100') }],
    ['holding registers', '11 03 06 02 2b 00 00 00 64', { function: 3, registers: [0x22b, 0, 100] }],
    ['input registers', '11 04 02 ff fe', { function: 4, registers: [65534] }],
    ['no registers', '11 03 00', { function: 3, registers: [] }],
    ['a question for coils', '11 01 00 13 00 25', { function: 1, start: 0x13, count: 0x25 }],
    ['a question for registers', '11 03 00 6b 00 03', { function: 3, start: 0x6b, count: 3 }],
    ['a coil written', '11 05 00 ac ff 00', { function: 5, start: 0xac, coils: [true] }],
    ['a coil switched off', '11 05 00 ac 00 00', { function: 5, start: 0xac, coils: [false] }],
    ['a register written', '11 06 00 01 00 03', { function: 6, start: 1, registers: [3] }],
    ['coils written', '11 0f 00 13 00 0a', { function: 15, start: 0x13, count: 10 }],
    [
      'coils to write',
      '11 0f 00 13 00 0a 02 cd 01',
      { function: 15, start: 0x13, count: 10, coils: inBits('1011001110') },
    ],
    ['registers written', '11 10 00 01 00 02', { function: 16, start: 1, count: 2 }],
    [
      'registers to write',
      '11 10 00 01 00 02 04 00 0a 01 02',
      { function: 16, start: 1, count: 2, registers: [10, 258] },
    ],
    ['an exception', '11 83 02', { function: 3, exception: 2 }],
    ['a function of the manufacturer', '11 41 01 02 03', { function: 65 }],
    ['a function without data', '11 07', { function: 7 }],
  ];
  for (const [what, hex, said] of rows) {
    it(`reads ${what}`, () => {
      should(decodeModbus(frame(hex))).eql({ address: 0x11, ...said, data: bytes(hex).subarray(2) });
    });
  }

  const malformed: [string, Buffer, RegExp][] = [
    ['nothing', Buffer.alloc(0), /shorter/],
    ['three bytes', bytes('11 03 00'), /shorter/],
    ['a wrong CRC', bytes('01 04 02 ff ff b8 81'), /CRC/],
    ['a CRC with its bytes exchanged', bytes('01 04 02 ff ff 80 b8'), /CRC/],
    ['two frames', Buffer.concat([frame('11 04 02 00 01'), frame('11 04 02 00 02')]), /CRC/],
    ['a byte count that does not fit', frame('11 03 04 00 01'), /length/],
    ['half a register', frame('11 03 05 00 01 02 03 04'), /length/],
    ['a register too short', frame('11 06 00 01 00'), /length/],
    ['an exception without a code', frame('11 83'), /exception/],
  ];
  for (const [what, raw, message] of malformed) {
    it(`refuses ${what}`, () => should(() => decodeModbus(raw)).throw(Malformed, { message }));
  }

  it('throws nothing but Malformed, whatever follows the address', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2, maxLength: 20 }), (body) => {
        try {
          const {
            address,
            function: code,
            exception,
          } = decodeModbus(frame(Buffer.from(body).toString('hex')));
          address.should.equal(body[0]);
          should(code + (exception === undefined ? 0 : 0x80)).equal(body[1]);
        } catch (error) {
          should(error).be.instanceOf(Malformed);
        }
      }),
    );
  });
});
