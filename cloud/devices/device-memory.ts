import { clonePayload, isPlainObject, type PlainObject } from '../protocol/json';
import type { Topic } from '../protocol/topics';
import type { DeviceMemory, KnownAttribute, KnownDevice } from './known-device';

/** A device memory that is being filled. */
export interface LearningMemory extends DeviceMemory {
  /**
   * Learns from a received message. `payload`: decoded, `undefined` for `data` and for what is malformed. `alive`:
   * whether the device itself has just spoken.
   */
  learn(topic: Topic, payload: unknown, now: number, alive: boolean): void;
}

type Names = (typeof KINDS)[number];

interface Entry extends KnownDevice {
  lastSeen: number;
  online: boolean | null;
  onlineAt: number | null;
  alarm: boolean | null;
  alarmAt: number | null;
  readonly attributes: Map<string, KnownAttribute>;
  readonly streams: string[];
  readonly events: string[];
  readonly commands: string[];
  /** How many nodes name it. */
  kept: number;
}

const MAX_DEVICES = 100_000;
/** The most names of each kind of one device, and names in all. */
const MAX_NAMES = 100;
const MAX_NAMES_IN_ALL = 2_000_000;
const MAX_NAME_LENGTH = 128;
const KINDS = ['streams', 'events', 'commands'] as const;

/** `maxDevices`: the longest unheard are forgotten beyond that. */
export function createDeviceMemory(maxDevices = MAX_DEVICES): LearningMemory {
  /** The longest unheard first, roughly. */
  const known = new Map<string, Entry>();
  const keptNames = new Map<string, number>();
  const states = new Map<string, Map<string, unknown>>();
  let names = 0;

  function entryOf(device: string, now: number, alive: boolean): Entry {
    let entry = known.get(device);
    if (entry) {
      if (alive) entry.lastSeen = now;
      return entry;
    }
    if (known.size >= maxDevices) forgetSome();
    entry = {
      device,
      lastSeen: now,
      online: null,
      onlineAt: null,
      alarm: null,
      alarmAt: null,
      attributes: new Map(),
      streams: [],
      events: [],
      commands: [],
      kept: keptNames.get(device) ?? 0,
    };
    known.set(device, entry);
    return entry;
  }

  /** Removes the tenth that has been unheard for the longest, but none that a node names. */
  function forgetSome() {
    const candidates = [...known.values()].filter(({ kept }) => kept === 0);
    candidates.sort((a, b) => a.lastSeen - b.lastSeen);
    for (const entry of candidates.slice(0, Math.ceil(maxDevices / 10))) {
      known.delete(entry.device);
      names -= entry.attributes.size;
      for (const kind of KINDS) names -= entry[kind].length;
      for (const state of states.values()) state.delete(entry.device);
    }
  }

  const fits = (count: number, name: string) =>
    count < MAX_NAMES && names < MAX_NAMES_IN_ALL && name.length <= MAX_NAME_LENGTH;

  function note(entry: Entry, kind: Names, name: unknown) {
    const list = entry[kind];
    if (typeof name !== 'string' || list.includes(name) || !fits(list.length, name)) return;
    list.push(name);
    names += 1;
  }

  function setAttributes({ attributes }: Entry, payload: PlainObject, at: number) {
    for (const name in payload) {
      const before = attributes.get(name);
      if (!before) {
        if (!fits(attributes.size, name)) continue;
        names += 1;
      }
      attributes.set(name, { value: clonePayload(payload[name]), at, previous: before?.value });
    }
  }

  return {
    learn(topic, payload, now, alive) {
      if (topic.device.length > MAX_NAME_LENGTH) return;
      const entry = entryOf(topic.device, now, alive);
      if (topic.stream !== undefined) note(entry, 'streams', topic.stream);
      if (!isPlainObject(payload)) return;
      switch (topic.channel) {
        case 'attributes':
          setAttributes(entry, payload, now);
          break;
        case 'online':
          entry.online = payload.online === true;
          entry.onlineAt = now;
          break;
        case 'alarm':
          entry.alarm = payload.alerting === true;
          entry.alarmAt = now;
          break;
        case 'event_report':
          note(entry, 'events', payload.method);
          break;
        case 'command_reply':
          note(entry, 'commands', payload.method);
          break;
      }
    },
    get size() {
      return known.size;
    },
    get: (device) => known.get(device),
    all: () => known.values(),
    keep(devices) {
      const change = (by: number) => {
        for (const device of devices) {
          keptNames.set(device, (keptNames.get(device) ?? 0) + by);
          if (keptNames.get(device) === 0) keptNames.delete(device);
          const entry = known.get(device);
          if (entry) entry.kept += by;
        }
      };
      change(1);
      let ended = false;
      return () => {
        if (!ended) change(-1);
        ended = true;
      };
    },
    stateOf<T>(node: string) {
      const state = states.get(node) ?? new Map<string, unknown>();
      states.set(node, state);
      return state as Map<string, T>;
    },
    dropState(node) {
      states.delete(node);
    },
  };
}

/** What the pickers are told of a device. */
export interface SeenDevice {
  device: string;
  /** Missing before the first `online` message. */
  online?: boolean;
  /** Milliseconds since the epoch. */
  lastSeen: number;
  /** Names, in the order first seen. */
  attributes: string[];
  streams: string[];
  methods: string[];
}

/** All known devices, the last heard first. */
export function seenDevices(memory: DeviceMemory): SeenDevice[] {
  return [...memory.all()]
    .map(({ device, online, lastSeen, attributes, streams, events, commands }) => ({
      device,
      ...(online !== null && { online }),
      lastSeen,
      attributes: [...attributes.keys()],
      streams: [...streams],
      methods: [...new Set([...events, ...commands])],
    }))
    .sort((a, b) => b.lastSeen - a.lastSeen);
}
