import type { KnownAttribute, KnownDevice, LastData } from './known-device';
import { indexIn, type NameList } from './name-lists';

/** Places in {@link RememberedDevice.numbers}; the attributes follow. */
export const LAST_SEEN = 0;
export const ONLINE_AT = 1;
export const ALARM_AT = 2;
const FIRST = 3;
/** Of an attribute: when it came, its value, and the value before; NaN where it is no number. */
const PER_ATTRIBUTE = 3;

/** Where the time of the attribute with this index stands; value and previous value follow. */
export const placeOf = (index: number): number => FIRST + PER_ATTRIBUTE * index;

/**
 * A device as it is held. Names are in lists that like devices share; times and numbers are in one array, which V8 keeps
 * as plain doubles: learning allocates nothing, and hardly touches memory. A class, since its getters then take no memory
 * in each device.
 */
export class RememberedDevice implements KnownDevice {
  online: boolean | null = null;
  alarm: boolean | null = null;
  /** Times and values, see {@link placeOf}. */
  numbers: number[];
  /** Value and previous value of each attribute that are no numbers; made with the first of them. */
  others: unknown[] | undefined = undefined;
  /** The last message of each stream, in the order of `streamNames`; made with the first of them. */
  data: (LastData | undefined)[] | undefined = undefined;
  /** Rough bytes of `others` and `data`. */
  held = 0;
  /** How many nodes name it. */
  kept = 0;
  attributeNames: NameList;
  streamNames: NameList;
  eventNames: NameList;
  commandNames: NameList;

  /** `none`: a list without names. */
  constructor(
    readonly device: string,
    now: number,
    none: NameList,
  ) {
    this.numbers = [now, Number.NaN, Number.NaN];
    this.attributeNames = none;
    this.streamNames = none;
    this.eventNames = none;
    this.commandNames = none;
  }

  get lastSeen(): number {
    return this.numbers[LAST_SEEN] as number;
  }
  get onlineAt(): number | null {
    return timeOr(this.numbers[ONLINE_AT]);
  }
  get alarmAt(): number | null {
    return timeOr(this.numbers[ALARM_AT]);
  }
  get attributes(): ReadonlyMap<string, KnownAttribute> {
    return new Attributes(this);
  }
  get streams(): readonly string[] {
    return this.streamNames.names;
  }
  get events(): readonly string[] {
    return this.eventNames.names;
  }
  get commands(): readonly string[] {
    return this.commandNames.names;
  }
  get lastData(): readonly (LastData | undefined)[] {
    return this.streamNames.names.map((_, index) => this.data?.[index]);
  }

  /** The attribute with this index. */
  attribute(index: number): KnownAttribute {
    const place = placeOf(index);
    return {
      value: this.value(place + 1, 2 * index),
      at: this.numbers[place] as number,
      previous: this.value(place + 2, 2 * index + 1),
    };
  }

  private value(place: number, other: number): unknown {
    const number = this.numbers[place] as number;
    return Number.isNaN(number) ? this.others?.[other] : number;
  }
}

const timeOr = (time: number | undefined): number | null =>
  time === undefined || Number.isNaN(time) ? null : time;

/** The attributes of a device as a map, which makes each when it is read. */
class Attributes implements ReadonlyMap<string, KnownAttribute> {
  constructor(private readonly of: RememberedDevice) {}

  get size(): number {
    return this.of.attributeNames.names.length;
  }
  has(name: string): boolean {
    return indexIn(this.of.attributeNames, name) >= 0;
  }
  get(name: string): KnownAttribute | undefined {
    const index = indexIn(this.of.attributeNames, name);
    return index < 0 ? undefined : this.of.attribute(index);
  }
  keys(): ArrayIterator<string> {
    return this.of.attributeNames.names.values();
  }
  *values(): Generator<KnownAttribute, undefined> {
    for (let i = 0; i < this.size; i += 1) yield this.of.attribute(i);
    return undefined;
  }
  *entries(): Generator<[string, KnownAttribute], undefined> {
    for (const [i, name] of this.of.attributeNames.names.entries()) yield [name, this.of.attribute(i)];
    return undefined;
  }
  [Symbol.iterator](): Generator<[string, KnownAttribute], undefined> {
    return this.entries();
  }
  forEach(
    use: (value: KnownAttribute, name: string, map: ReadonlyMap<string, KnownAttribute>) => void,
  ): void {
    for (const [name, attribute] of this) use(attribute, name, this);
  }
}
