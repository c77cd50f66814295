import { EztError } from '../../cloud/protocol/errors';
import { namesSeveral } from '../../cloud/protocol/names';
import { aliasesOf, followForm, type KnownAliases, lookUp, type UsesProject } from './aliases';
import { field, fieldText } from './form';
import { formatItem, listOf, parseList, splitTyped } from './lists';
import type { Completion } from './red';

/** What the runtime has seen of one device. Its names come from devices: use them as text only. */
export interface LearnedDevice {
  device: string;
  online?: boolean;
  attributes: string[];
  streams: string[];
  methods: string[];
}

type Kind = 'attributes' | 'streams' | 'methods';

/** Gives a form's fields suggestions from what is known of the chosen project's devices. */
export interface Suggestions {
  /** Devices in `name`, by alias, username or tag; `list`: the field holds several. */
  devices(name: string, list: boolean): void;
  /** Names of one kind in `input`, of the devices in field `deviceField`, or of all; `list`: `input` holds several. */
  names(input: string | JQuery, kind: Kind, deviceField: string, list: boolean): void;
}

/** Suggestions for the form of `node`; the runtime is asked once per project and open form. */
export function suggestions(node: UsesProject): Suggestions {
  followForm(node);
  field(node, 'cloud').on('change', () =>
    field(node, 'device').add(field(node, 'devices')).trigger('change'),
  );
  const asked = new Map<string, Promise<LearnedDevice[]>>();
  const learned = (): Promise<LearnedDevice[]> => {
    const cloud = fieldText(node, 'cloud') ?? '';
    const answer = asked.get(cloud) ?? learnedDevices(cloud);
    asked.set(cloud, answer);
    return answer;
  };
  return {
    devices(name, list) {
      complete(field(node, name), list, async () => deviceCompletions(node, await learned()));
    },
    names(input, kind, deviceField, list) {
      complete(typeof input === 'string' ? field(node, input) : input, list, async () => {
        const aliases = aliasesOf(node);
        const chosen = parseList(fieldText(node, deviceField) ?? '').flatMap((each) => {
          const found = lookUp(aliases, each);
          return found === undefined || found instanceof EztError ? [each] : found;
        });
        const devices = (await learned()).filter(
          (each) => chosen.length === 0 || chosen.includes('*') || chosen.includes(each.device),
        );
        const names = new Set(devices.flatMap((each) => each[kind]));
        return [...names].map((value) => ({ value, label: value }));
      });
    },
  };
}

/** Every device that is known or has an alias, with its alias where it has one, and every tag. */
function deviceCompletions(node: UsesProject, learned: readonly LearnedDevice[]): Completion[] {
  const aliases = aliasesOf(node);
  const online = new Map(learned.map((each) => [each.device, each.online]));
  const tags = new Map<string, number>();
  for (const row of aliases.rows) for (const tag of row.tags) tags.set(tag, (tags.get(tag) ?? 0) + 1);
  const devices = new Set([...online.keys(), ...aliases.rows.map((row) => row.device)]);
  return [
    ...[...devices].map((device) => {
      const name = aliases.nameOf(device);
      const state = online.get(device);
      const shown = [
        ...(name === undefined ? [] : [name]),
        device,
        ...(state === undefined ? [] : [node._(`eztcloud.suggest.${state ? 'online' : 'offline'}`)]),
      ];
      return { value: writtenFor(aliases, device), also: device, label: shown.join(' · ') };
    }),
    ...[...tags].map(([tag, count]) => ({
      value: `#${tag}`,
      label: `#${tag} · ${node._('eztcloud.suggest.devices', { count })}`,
    })),
  ];
}

/** What names `device` in a field: its alias, unless that means others too, or would be read as a list. */
function writtenFor(aliases: KnownAliases, device: string): string {
  const name = aliases.nameOf(device);
  if (name === undefined || namesSeveral(name) || name.startsWith('"')) return device;
  const found = lookUp(aliases, name);
  return Array.isArray(found) && found.length === 1 ? name : device;
}

/** Gives `input` suggestions. `list`: it holds several names, and the last one is completed. */
export function complete(input: JQuery, list: boolean, known: () => Promise<Completion[]>): void {
  input.autoComplete({
    minLength: 0,
    search(value, done) {
      const { before, typed } = list ? splitTyped(value) : { before: '', typed: value };
      const taken = new Set(parseList(before));
      const wanted = typed.replace(/^"/, '').trim();
      void known().then((all) => {
        const fitting = bestFirst(all, wanted).filter(({ value }) => value === wanted || !taken.has(value));
        done(list ? fitting.map((each) => ({ ...each, value: before + formatItem(each.value) })) : fitting);
      });
    },
  });
}

/**
 * The completions that contain what is typed. Node-RED takes the first at Tab and Enter, so an exact match comes first
 * and then those that begin with it.
 */
function bestFirst(all: readonly Completion[], typed: string): Completion[] {
  const wanted = typed.toLowerCase();
  const rankOf = (value: string): number => {
    if (value === typed) return 0;
    const text = value.toLowerCase();
    return text === wanted ? 1 : text.startsWith(wanted) ? 2 : 3;
  };
  const rank = ({ value, also = value }: Completion): number => Math.min(rankOf(value), rankOf(also));
  return all
    .filter(({ value, also = value }) => `${value}\n${also}`.toLowerCase().includes(wanted))
    .sort((a, b) => rank(a) - rank(b) || (a.value < b.value ? -1 : 1));
}

/** Without an answer (not deployed yet, no permission) there are no suggestions, and names can still be typed. */
export async function learnedDevices(cloud: string): Promise<LearnedDevice[]> {
  if (cloud === '' || cloud === '_ADD_') return [];
  try {
    const answer: unknown = await $.getJSON(`eztcloud/${encodeURIComponent(cloud)}/devices`);
    return Array.isArray(answer) ? answer.flatMap(readDevice) : [];
  } catch (error) {
    console.debug('EZtCloud: no suggestions', error);
    return [];
  }
}

function readDevice(row: unknown): LearnedDevice[] {
  if (!isRecord(row) || typeof row.device !== 'string') return [];
  return [
    {
      device: row.device,
      ...(typeof row.online === 'boolean' && { online: row.online }),
      attributes: listOf(row.attributes),
      streams: listOf(row.streams),
      methods: listOf(row.methods),
    },
  ];
}

/** Whether `value` is an object, whose members can be read. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
