import { modbusCrc } from '../../cloud/protocol/modbus';
import type { Kind } from './device';

/** A Modbus RTU frame: `body` with its CRC, low byte first. Source: Modbus over Serial Line V1.02, 2.5.1.2 and 6.2.2. */
export function modbusFrame(body: Buffer): Buffer {
  const crc = Buffer.alloc(2);
  crc.writeUInt16LE(modbusCrc(body));
  return Buffer.concat([body, crc]);
}

/** Answer of `unit` to "read holding registers". */
function registersRead(unit: number, registers: readonly number[]): Buffer {
  const values = Buffer.alloc(registers.length * 2);
  registers.forEach((value, i) => {
    values.writeUInt16BE(value & 0xffff, i * 2);
  });
  return modbusFrame(Buffer.concat([Buffer.from([unit, 3, values.length]), values]));
}

/** Passes on a meter's binary frames, on data stream `modbus`: voltage in 0.1 V, current in mA, energy in Wh. */
export const modbusGateway: Kind = {
  username: 'DU_modbusgate',
  behave(device) {
    let energy = 0;
    let unit = 1;
    const read = (): void => {
      const current = 1500 + Math.round(500 * Math.random());
      energy += 1;
      device.send('data', registersRead(unit, [2300, current, energy]), 'modbus');
    };
    return {
      tick: read,
      commands: {
        read() {
          device.later(0, read);
          return { stream: 'modbus' };
        },
        setUnit({ value }) {
          if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > 247) {
            return { error: 'value must be an integer from 1 to 247' };
          }
          unit = value;
          return { unit };
        },
      },
    };
  },
};
