import type { SavedAttribute } from './attribute-values';
import type { LearningMemory, SavedDevice } from './device-memory';
import type { LastData } from './known-device';
import type { SavedState } from './node-states';
import { type DeviceLine, type Line, VERSION } from './snapshot';

/** Reads the lines of a snapshot into `memory`. */
export interface SnapshotReader {
  /** Throws for anything that is not the next line of a snapshot. */
  line(text: string): void;
  /** There are no more lines. Throws if some are missing. */
  end(): void;
}

/** A whole snapshot, but of another project: the config node has got another project key. */
export class OtherProject extends Error {}

export function createSnapshotReader(memory: LearningMemory, project: string): SnapshotReader {
  const lists: string[][] = [];
  /** Given to the memory at the end, so that a file that is not whole leaves nothing with the nodes. */
  const states: SavedState[] = [];
  let lines = 0;
  let whole = false;

  function take(line: Line) {
    if ('device' in line) memory.restore(savedDevice(line, lists));
    else if ('names' in line) lists.push([...check(line.names, isTexts)]);
    else if ('node' in line) {
      states.push({ node: check(line.node, isText), claimed: check(line.claimed, isNumber), entries: [] });
    } else if ('state' in line) {
      const [device, value] = check(line.state, Array.isArray);
      check(states.at(-1), (last) => last !== undefined)?.entries.push([check(device, isText), value]);
    } else if ('lines' in line) whole = line.lines === lines;
    else throw new Error('a line of an unknown kind');
  }

  return {
    line(text) {
      if (whole) throw new Error('lines after the end');
      const line: unknown = parse(text);
      if (!isObject(line)) throw new Error('not an object');
      if (lines > 0) take(line as Line);
      else checkHeader(line as Line, project);
      lines += 1;
    },
    end() {
      if (!whole) throw new Error('lines are missing');
      memory.states.restore(states);
    },
  };
}

function checkHeader(line: Line, project: string) {
  if (!('eztcloud' in line) || line.eztcloud !== 'device memory' || line.version !== VERSION)
    throw new Error('not a device memory of this version');
  if (line.project !== project) throw new OtherProject();
}

/** JSON without keys `__proto__`, which somebody else must have written. */
function parse(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!/__proto__|\\u/.test(text)) return value;
  return JSON.parse(text, (key, each) => (key === '__proto__' ? undefined : each));
}

function savedDevice(line: DeviceLine, lists: readonly string[][]): SavedDevice {
  const { device, seen, ages, values, previous, noValue = [], noPrevious = [] } = line;
  const [online, onlineAt] = flagOf(line.online);
  const [alarm, alarmAt] = flagOf(line.alarm);
  const listOf = (number: number | undefined) =>
    number === undefined ? [] : (check(lists[number], Array.isArray) ?? []);
  const attributes = listOf(line.attributes);
  for (const each of [ages, values, previous])
    check(each, (found) => Array.isArray(found) && found.length === attributes.length);
  check(ages, (found) => found.every(isNumber));
  const [noValues, noPreviouses] = [new Set(noValue), new Set(noPrevious)];
  return {
    device: check(device, isText),
    lastSeen: check(seen, isNumber),
    online,
    onlineAt,
    alarm,
    alarmAt,
    attributes,
    values: attributes.map(
      (_, i): SavedAttribute => [
        seen - (ages[i] as number),
        noValues.has(i) ? undefined : values[i],
        noPreviouses.has(i) ? undefined : previous[i],
      ],
    ),
    streams: listOf(line.streams),
    events: listOf(line.events),
    commands: listOf(line.commands),
    lastData: check(line.data ?? [], Array.isArray).map((each) => (each ? lastData(each, seen) : undefined)),
  };
}

function lastData(saved: [string, number, number], seen: number): LastData {
  const [bytes, length, age] = check(saved, Array.isArray);
  check([length, age], (numbers) => numbers.every(isNumber));
  return { bytes: Buffer.from(check(bytes, isText), 'base64').toString('latin1'), length, at: seen - age };
}

function flagOf(saved: [boolean, number] | undefined): [boolean | null, number | null] {
  if (saved === undefined) return [null, null];
  const [value, at] = check(saved, Array.isArray);
  return [check(value, (found) => typeof found === 'boolean'), check(at, isNumber)];
}

function check<T>(value: T, fits: (value: T) => boolean): T {
  if (!fits(value)) throw new Error(`unexpected: ${typeof value}`);
  return value;
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): boolean => typeof value === 'string';
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);
