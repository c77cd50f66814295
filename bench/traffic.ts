/** Messages of many devices, one after the other, each with the same payload. */
export interface Traffic {
  projectKey: string;
  devices: number;
  /** What stands behind the device in the topic; several take turns. */
  leaves: readonly string[];
  payload: string;
  /** Equally long: every other message of a device has it. */
  alternate?: string;
}

/** Six digits, so that all packets of one traffic are equally long. */
export const deviceName = (i: number): string => `DU_${String(i).padStart(6, '0')}`;

/** An attribute report of 120 bytes, the size that devices send. */
export const REPORT = JSON.stringify({
  temperature: 23.4,
  humidity: 56.7,
  voltage: 229.8,
  current: 1.23,
  power: 282.7,
  switch: true,
  mode: 'automatic',
  rssi: -61,
});

/** The same a moment later: two of eight attributes have changed. */
export const LATER = REPORT.replace('23.4', '23.5').replace('282.7', '282.8');

/** Ten bytes. */
export const SMALL = '{"a":1234}';

/** Some 1 MB: twenty series of numbers, as a logger sends after a day without network. */
export const LARGE = JSON.stringify(
  Object.fromEntries(
    Array.from({ length: 20 }, (_, series) => [
      `series_${series}`,
      Array.from({ length: 8_000 }, (_, i) => 20 + ((i * 7 + series) % 1000) / 100),
    ]),
  ),
);

/** Fifty attributes of one device. */
export const FIFTY = JSON.stringify(
  Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`attribute_${i}`, i * 1.5])),
);
