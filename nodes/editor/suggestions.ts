import { field, fieldText } from './form';
import { formatItem, listOf, parseList, splitTyped } from './lists';
import type { Completion, EditedNode } from './red';

/** What the runtime has seen of one device. Its names come from devices: use them as text only. */
interface LearnedDevice {
  device: string;
  online?: boolean;
  attributes: string[];
  streams: string[];
  methods: string[];
}

type Kind = 'attributes' | 'streams' | 'methods';
type Node = EditedNode<object>;

/** Gives a form's fields suggestions from what is known of the chosen project's devices. */
export interface Suggestions {
  /** Device usernames in `name`; `list`: the field holds several. */
  devices(name: string, list: boolean): void;
  /** Names of one kind in `name`, of the devices in field `deviceField`, or of all; `list`: `name` holds several. */
  names(name: string, kind: Kind, deviceField: string, list: boolean): void;
}

/** Suggestions for the form of `node`; the runtime is asked once per project and open form. */
export function suggestions(node: Node): Suggestions {
  const asked = new Map<string, Promise<LearnedDevice[]>>();
  const learned = (): Promise<LearnedDevice[]> => {
    const cloud = fieldText(node, 'cloud') ?? '';
    const answer = asked.get(cloud) ?? fetchDevices(cloud);
    asked.set(cloud, answer);
    return answer;
  };
  const online = (state: boolean | undefined): string =>
    state === undefined ? '' : ` · ${node._(`eztcloud.suggest.${state ? 'online' : 'offline'}`)}`;

  return {
    devices(name, list) {
      complete(field(node, name), list, async () =>
        (await learned()).map((each) => ({
          value: each.device,
          label: `${each.device}${online(each.online)}`,
        })),
      );
    },
    names(name, kind, deviceField, list) {
      complete(field(node, name), list, async () => {
        const chosen = parseList(fieldText(node, deviceField) ?? '');
        const devices = (await learned()).filter(
          (each) => chosen.length === 0 || chosen.includes(each.device),
        );
        const names = new Set(devices.flatMap((each) => each[kind]));
        return [...names].map((value) => ({ value, label: value }));
      });
    },
  };
}

function complete(input: JQuery, list: boolean, known: () => Promise<Completion[]>): void {
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
export function bestFirst(all: readonly Completion[], typed: string): Completion[] {
  const wanted = typed.toLowerCase();
  const rank = ({ value }: Completion): number => {
    if (value === typed) return 0;
    const text = value.toLowerCase();
    return text === wanted ? 1 : text.startsWith(wanted) ? 2 : 3;
  };
  return all
    .filter(({ value }) => value.toLowerCase().includes(wanted))
    .sort((a, b) => rank(a) - rank(b) || (a.value < b.value ? -1 : 1));
}

/** Without an answer (not deployed yet, no permission) there are no suggestions, and names can still be typed. */
async function fetchDevices(cloud: string): Promise<LearnedDevice[]> {
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
