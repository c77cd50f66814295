import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createDeviceMemory } from '../cloud/devices/device-memory';
import { decodeJson } from '../cloud/protocol/json';
import type { Topic } from '../cloud/protocol/topics';
import type { Finding } from './findings';
import { deviceName, REPORT } from './traffic';

const DEVICES = 100_000;
const ATTRIBUTES = 10;

/** Learning from a report of each of so many devices in turn: what it costs alone, its message decoded already. */
export function learning(devices: number): (messages: number) => void {
  const memory = createDeviceMemory();
  const topics = Array.from(
    { length: devices },
    (_, i): Topic => ({ device: deviceName(i), channel: 'attributes' }),
  );
  const payloads = Array.from({ length: 100 }, () => decodeJson(Buffer.from(REPORT)));
  let now = 1_700_000_000_000;
  return (messages) => {
    for (let i = 0; i < messages; i += 1) {
      now += 1;
      memory.learn(topics[i % devices] as Topic, payloads[i % payloads.length], now, true);
    }
  };
}

/** Bytes of a device with ten attributes that are numbers, and with ten of which half are text. */
export function deviceMemory(): Finding[] {
  const numbers = (i: number) => i + 0.5;
  const mixed = (i: number) => (i % 2 === 0 ? `state ${i}` : i + 0.5);
  const memories: unknown[] = [];
  return [
    finding(`per device with ${ATTRIBUTES} numbers (${DEVICES})`, perDevice(numbers, memories)),
    finding(
      `per device with ${ATTRIBUTES} attributes, half of them text (${DEVICES})`,
      perDevice(mixed, memories),
    ),
  ];
}

const finding = (what: string, value: number): Finding => ({
  scenario: 'memory',
  what,
  value,
  unit: 'bytes',
});

/** `memories`: keeps what was measured before from being collected during this measurement. */
function perDevice(value: (i: number) => unknown, memories: unknown[]): number {
  const memory = createDeviceMemory();
  memories.push(memory);
  const report = (i: number) =>
    Object.fromEntries(Array.from({ length: ATTRIBUTES }, (_, n) => [`attribute${n}`, value(i + n)]));
  const before = used();
  // Twice, so that each has a previous value.
  for (let i = 0; i < 2 * DEVICES; i += 1) {
    const payload = decodeJson(Buffer.from(JSON.stringify(report(i))));
    memory.learn({ device: `DU_${deviceName(i % DEVICES)}`, channel: 'attributes' }, payload, i, true);
  }
  return (used() - before) / memory.size;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes of the heap and of buffers that are in use after a collection. */
function used(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
