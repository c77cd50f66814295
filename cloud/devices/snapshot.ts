import type { LearningMemory } from './device-memory';
import type { LastData } from './known-device';
import type { NameList } from './name-lists';
import type { RememberedDevice } from './remembered-device';

// A device memory as lines of JSON: a header; lists of names, numbered from 0, each before the first device that has it;
// devices; nodes, each with what it remembers behind it; and the number of lines before.
// A file without that last line is not whole.

export const VERSION = 1;

export type Line =
  | { eztcloud: 'device memory'; version: number; project: string }
  | { names: readonly string[] }
  | DeviceLine
  | { node: string; claimed: number }
  | { state: [device: string, value: unknown] }
  | { lines: number };

export interface DeviceLine {
  device: string;
  seen: number;
  /** Value and time. */
  online?: [boolean, number];
  alarm?: [boolean, number];
  /** Numbers of lists of names. */
  attributes: number;
  streams?: number;
  events?: number;
  commands?: number;
  /** Of each stream: the bytes held in base64, the length, and milliseconds before `seen`; `null` where none is held. */
  data?: ([bytes: string, length: number, age: number] | null)[];
  /** Milliseconds before `seen`, of each attribute. */
  ages: number[];
  values: unknown[];
  previous: unknown[];
  /** The attributes of which value or previous value is not held; `null` stands in its place. */
  noValue?: number[];
  noPrevious?: number[];
}

/** What `memory` knows, line by line. It may be walked in slices: devices that come or go do no harm. */
export function* linesOf(memory: LearningMemory, project: string): Generator<string, undefined> {
  const numbers = new Map<NameList, number>();
  let lines = 0;
  const line = (content: Line) => {
    lines += 1;
    return `${JSON.stringify(content)}\n`;
  };
  yield line({ eztcloud: 'device memory', version: VERSION, project });
  for (const device of memory.all()) {
    const { attributeNames, streamNames, eventNames, commandNames } = device;
    for (const list of [attributeNames, streamNames, eventNames, commandNames]) {
      if (numbers.has(list)) continue;
      numbers.set(list, numbers.size);
      yield line({ names: list.names });
    }
    yield line(deviceLine(device, (list) => numbers.get(list) as number));
  }
  for (const { node, claimed, entries } of memory.states.saved(Date.now())) {
    yield line({ node, claimed });
    for (const [device, value] of entries) yield line({ state: [device, value] });
  }
  yield line({ lines });
  return undefined;
}

function deviceLine(device: RememberedDevice, numberOf: (list: NameList) => number): DeviceLine {
  const { lastSeen: seen, online, onlineAt, alarm, alarmAt, streams, events, commands } = device;
  const all = [...device.attributes.values()];
  const noValue = missing(all.map(({ value }) => value));
  const noPrevious = missing(all.map(({ previous }) => previous));
  return {
    device: device.device,
    seen,
    ...(online !== null && { online: [online, onlineAt ?? seen] as [boolean, number] }),
    ...(alarm !== null && { alarm: [alarm, alarmAt ?? seen] as [boolean, number] }),
    ...(streams.length > 0 && { streams: numberOf(device.streamNames) }),
    ...(events.length > 0 && { events: numberOf(device.eventNames) }),
    ...(commands.length > 0 && { commands: numberOf(device.commandNames) }),
    ...(device.data && { data: device.lastData.map((each) => (each ? savedData(each, seen) : null)) }),
    attributes: numberOf(device.attributeNames),
    ages: all.map(({ at }) => seen - at),
    values: all.map(({ value }) => value),
    previous: all.map(({ previous }) => previous),
    ...(noValue.length > 0 && { noValue }),
    ...(noPrevious.length > 0 && { noPrevious }),
  };
}

const savedData = ({ bytes, length, at }: LastData, seen: number): [string, number, number] => [
  Buffer.from(bytes, 'latin1').toString('base64'),
  length,
  seen - at,
];

const missing = (values: readonly unknown[]): number[] =>
  values.flatMap((value, i) => (value === undefined ? [i] : []));
