import { Malformed } from './json';

/**
 * The content of a Modbus RTU frame. A frame does not say whether it is a request or a response; one that can be a
 * response is read as one. Source: Modbus Application Protocol V1.1b3, 6 and 7; Modbus over Serial Line V1.02, 2.5.1.
 */
export interface ModbusFrame {
  /** Address of the unit (slave). */
  address: number;
  /** Function code, without the bit that marks an exception. */
  function: number;
  /** Exception code, in an exception response. */
  exception?: number;
  /** Coils or inputs, in whole bytes as they travel (functions 1, 2 and 15), or the one written (5). */
  coils?: boolean[];
  /** Registers, 0 … 65,535 (functions 3, 4 and 16), or the one written (6). */
  registers?: number[];
  /** First coil or register, counted from 0: of what is written, or asked for. */
  start?: number;
  /** How many coils or registers, of what is written (15, 16) or asked for (1 to 4). */
  count?: number;
  /** The bytes between function code and CRC. */
  data: Buffer;
}

const CRC_BYTES = 2;
const SHORTEST = 4;
const ON = 0xff00;

/** Reads one Modbus RTU frame: unit address, function code, data, CRC. Throws {@link Malformed}. */
export function decodeModbus(bytes: Buffer): ModbusFrame {
  if (bytes.length < SHORTEST) throw new Malformed('shorter than a Modbus RTU frame');
  const end = bytes.length - CRC_BYTES;
  if (bytes.readUInt16LE(end) !== modbusCrc(bytes.subarray(0, end))) throw new Malformed('wrong Modbus CRC');
  const [address, code] = [bytes.readUInt8(0), bytes.readUInt8(1)];
  const data = Buffer.from(bytes.subarray(2, end)); // a copy: the original is a slice of a socket's whole chunk
  if (code >= 0x80) {
    if (data.length !== 1) throw new Malformed('not a Modbus exception');
    return { address, function: code - 0x80, exception: data.readUInt8(0), data };
  }
  return { address, function: code, ...valuesOf(code, data), data };
}

type Values = Omit<ModbusFrame, 'address' | 'function' | 'data'>;

function valuesOf(code: number, data: Buffer): Values {
  switch (code) {
    case 1:
    case 2:
      return counted(data, 0) ? { coils: bits(data.subarray(1)) } : range(data);
    case 3:
    case 4:
      return counted(data, 0) && data.length % 2 === 1 ? { registers: words(data.subarray(1)) } : range(data);
    case 5:
      return one(data, (value) => ({ coils: [value === ON] }));
    case 6:
      return one(data, (value) => ({ registers: [value] }));
    case 15:
      return counted(data, 4)
        ? { ...start(data), coils: bits(data.subarray(5)).slice(0, data.readUInt16BE(2)) }
        : range(data);
    case 16:
      return counted(data, 4) ? { ...start(data), registers: words(data.subarray(5)) } : range(data);
    default:
      return {}; // a function of the manufacturer's, or one without values
  }
}

/** Whether the byte at `at` counts those that follow it. */
const counted = (data: Buffer, at: number): boolean => data.length > at && data[at] === data.length - at - 1;

function range(data: Buffer): Values {
  if (data.length !== 4) throw new Malformed('Modbus data of a wrong length');
  return start(data);
}

const start = (data: Buffer): Values => ({ start: data.readUInt16BE(0), count: data.readUInt16BE(2) });

function one(data: Buffer, asValues: (value: number) => Values): Values {
  if (data.length !== 4) throw new Malformed('Modbus data of a wrong length');
  return { start: data.readUInt16BE(0), ...asValues(data.readUInt16BE(2)) };
}

const words = (bytes: Buffer): number[] =>
  Array.from({ length: bytes.length >> 1 }, (_, i) => bytes.readUInt16BE(2 * i));

/** The lowest bit of each byte comes first. */
const bits = (bytes: Buffer): boolean[] =>
  [...bytes].flatMap((byte) => Array.from({ length: 8 }, (_, bit) => ((byte >> bit) & 1) === 1));

/** Source: Modbus over Serial Line V1.02, 6.2.2. */
export function modbusCrc(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  }
  return crc;
}
