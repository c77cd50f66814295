import { isPlainObject } from '../protocol/json';
import type { Topic } from '../protocol/topics';
import { createAttributeValues, type SavedAttribute } from './attribute-values';
import type { DeviceMemory, KnownDevice } from './known-device';
import { createNameLists, indexIn, type NameList } from './name-lists';
import { createNodeStates, type NodeStates } from './node-states';
import { ALARM_AT, LAST_SEEN, ONLINE_AT, RememberedDevice } from './remembered-device';
import { createStreamData } from './stream-data';
import { byHearing, createUnheard } from './unheard';

/** A device as it was saved. */
export interface SavedDevice extends Omit<KnownDevice, 'attributes'> {
  attributes: readonly string[];
  values: readonly SavedAttribute[];
}

/** A device memory that is being filled. */
export interface LearningMemory extends DeviceMemory {
  loaded: Promise<void>;
  /**
   * Learns from a received message. `payload`: decoded, `undefined` for what is malformed; of `data` its bytes. `alive`:
   * whether the device itself has just spoken.
   */
  learn(topic: Topic, payload: unknown, now: number, alive: boolean): void;
  get(device: string): RememberedDevice | undefined;
  all(): IterableIterator<RememberedDevice>;
  latest(count: number): RememberedDevice[];
  /** Grows with everything that changes. */
  readonly changes: number;
  readonly states: NodeStates;
  /** Takes over a device. One that is known already stays. */
  restore(saved: SavedDevice): void;
  /** Forgets every device, but no state of nodes. */
  clear(): void;
}

const MAX_DEVICES = 100_000;
/** The most streams, events and commands each of one device. */
const MAX_NAMES = 100;
const MAX_NAME_LENGTH = 128;
/** Rough bytes of all values that are text or nested, and of all lists of names. */
const MAX_BYTES = 128 * 1024 * 1024;

type Kind = 'streamNames' | 'eventNames' | 'commandNames';

/** `maxDevices`: the longest unheard are forgotten beyond that, but none that a node names. */
export function createDeviceMemory(maxDevices = MAX_DEVICES): LearningMemory {
  const devices = new Map<string, RememberedDevice>();
  const keptNames = new Map<string, number>();
  const unheard = createUnheard(devices);
  const budget = { left: MAX_BYTES };
  const lists = createNameLists(budget);
  const attributes = createAttributeValues(lists, budget);
  const streamData = createStreamData(budget);
  let changes = 0;
  const states = createNodeStates(() => {
    changes += 1;
  });

  /** A new device, if there is room. */
  function add(name: string, now: number): RememberedDevice | undefined {
    const kept = keptNames.get(name) ?? 0;
    if (name.length > MAX_NAME_LENGTH || (!makeRoom() && kept === 0)) return undefined;
    // A copy: as a slice it would hold the whole topic.
    const device = new RememberedDevice(Buffer.from(name).toString(), now, lists.none);
    device.kept = kept;
    devices.set(device.device, device);
    return device;
  }

  /** Forgets the longest unheard. Returns whether there is room. */
  function makeRoom(): boolean {
    while (devices.size >= maxDevices) {
      const device = unheard.take();
      if (!device) return false;
      release(device);
      states.forget(device.device);
    }
    return true;
  }

  function release(device: RememberedDevice) {
    devices.delete(device.device);
    attributes.release(device);
    for (const list of [device.streamNames, device.eventNames, device.commandNames]) lists.release(list);
  }

  function note(device: RememberedDevice, kind: Kind, name: unknown) {
    const list: NameList = device[kind];
    if (typeof name !== 'string' || indexIn(list, name) >= 0) return;
    if (list.names.length < MAX_NAMES && name.length <= MAX_NAME_LENGTH)
      device[kind] = lists.extend(list, [name]) ?? list;
  }

  return {
    loaded: Promise.resolve(),
    learn(topic, payload, now, alive) {
      let device = devices.get(topic.device);
      if (!device) {
        device = add(topic.device, now);
        if (!device) return;
      } else if (alive) {
        device.numbers[LAST_SEEN] = now;
      }
      changes += 1;
      if (topic.stream !== undefined) {
        note(device, 'streamNames', topic.stream);
        if (payload instanceof Uint8Array) streamData.set(device, topic.stream, payload, now);
      }
      if (!isPlainObject(payload)) return;
      switch (topic.channel) {
        case 'attributes':
          attributes.set(device, payload, now);
          break;
        case 'online':
          device.online = payload.online === true;
          device.numbers[ONLINE_AT] = now;
          break;
        case 'alarm':
          device.alarm = payload.alerting === true;
          device.numbers[ALARM_AT] = now;
          break;
        case 'event_report':
          note(device, 'eventNames', payload.method);
          break;
        case 'command_reply':
          note(device, 'commandNames', payload.method);
          break;
      }
    },
    get size() {
      return devices.size;
    },
    get changes() {
      return changes;
    },
    states,
    get: (device) => devices.get(device),
    all: () => devices.values(),
    latest: (count) => byHearing([...devices.values()], count, 'latest'),
    keep(named) {
      const change = (by: number) => {
        for (const name of named) {
          const kept = (keptNames.get(name) ?? 0) + by;
          if (kept === 0) keptNames.delete(name);
          else keptNames.set(name, kept);
          const device = devices.get(name);
          if (device) device.kept = kept;
        }
        if (by < 0) unheard.changed();
      };
      change(1);
      let ended = false;
      return () => {
        if (!ended) change(-1);
        ended = true;
      };
    },
    stateOf: <T>(node: string) => states.of(node) as Map<string, T>,
    dropState: states.drop,
    restore(saved) {
      if (devices.has(saved.device)) return;
      const device = add(saved.device, saved.lastSeen);
      if (!device) return;
      device.online = saved.online;
      device.alarm = saved.alarm;
      device.numbers[ONLINE_AT] = saved.onlineAt ?? Number.NaN;
      device.numbers[ALARM_AT] = saved.alarmAt ?? Number.NaN;
      attributes.restore(device, saved.attributes, saved.values);
      device.streamNames = lists.extend(lists.none, saved.streams.slice(0, MAX_NAMES)) ?? lists.none;
      streamData.restore(device, saved.lastData);
      device.eventNames = lists.extend(lists.none, saved.events.slice(0, MAX_NAMES)) ?? lists.none;
      device.commandNames = lists.extend(lists.none, saved.commands.slice(0, MAX_NAMES)) ?? lists.none;
    },
    clear() {
      for (const device of [...devices.values()]) release(device);
    },
  };
}
