import type { Packet } from 'mqtt-packet';

const hex = (code: number): string => `0x${code.toString(16).toUpperCase().padStart(2, '0')}`;

/**
 * A packet as the table shows it: its name and its codes, `ends` for the end of the connection without a word. Return
 * codes of MQTT 3.1.1 are decimal, reason codes of MQTT 5 hexadecimal.
 */
export function notation(packet: Packet | undefined): string {
  if (!packet) return 'ends';
  const name = packet.cmd.toUpperCase();
  if (packet.cmd === 'suback' || packet.cmd === 'unsuback') {
    const codes = packet.granted as number[] | undefined;
    return [name, ...(codes ?? []).map(hex)].join(' ');
  }
  if (packet.cmd === 'connack' && packet.returnCode !== undefined) return `${name} ${packet.returnCode}`;
  const code = 'reasonCode' in packet ? packet.reasonCode : undefined;
  return code === undefined || (code === 0 && packet.cmd !== 'connack') ? name : `${name} ${hex(code)}`;
}

/** `1–32, 501–1500`: numbers in the order in which they came, runs shortened. */
export function ranges(numbers: readonly number[]): string {
  const runs: [from: number, to: number][] = [];
  for (const n of numbers) {
    const last = runs.at(-1);
    if (last?.[1] === n - 1) last[1] = n;
    else runs.push([n, n]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(', ') || 'nothing';
}
