import { followForm, type UsesProject } from './aliases';
import { field } from './form';
import { formatItem, parseList, splitTyped } from './lists';
import { attachPicker } from './picker/attach';
import { deviceSource } from './picker/devices';
import { createListen } from './picker/listen';
import { type NameKind, nameSource } from './picker/names';
import type { Named } from './picker/picker';
import { isRecord } from './records';
import type { Completion } from './red';

/** What the runtime has seen of one device. Its names come from devices: use them as text only. */
export interface LearnedDevice {
  device: string;
}

/** Gives a form's fields pickers, with what is known of the chosen project's devices. */
export interface Suggestions {
  /** Devices in `name`, by alias, username or tag. `every`: `*` is offered, too. */
  devices(name: string, every?: boolean): void;
  /** Names in `input`, of the devices in field `deviceField`, or of all; `list`: `input` holds several. */
  names(
    input: string | JQuery,
    kinds: NameKind | (() => readonly NameKind[]),
    deviceField: string,
    list: boolean,
  ): void;
}

/** Pickers for the form of `node`. Call it when the fields hold what the node does. */
export function suggestions(node: UsesProject): Suggestions {
  followForm(node);
  const cloud = field(node, 'cloud');
  cloud.on('change', () => field(node, 'device').add(field(node, 'devices')).trigger('change'));
  const listen = createListen(node);
  return {
    devices(name, every = false) {
      const input = field(node, name);
      const source = deviceSource(node, every);
      attachPicker(node, input, source, {
        list: true,
        listen,
        named: namedBy(input),
        hint: true,
        with: cloud,
      });
    },
    names(input, kinds, deviceField, list) {
      const control = typeof input === 'string' ? field(node, input) : input;
      const source = nameSource(node, typeof kinds === 'function' ? kinds : () => [kinds], deviceField);
      attachPicker(node, control, source, {
        ...{ list, listen, named: namedBy(control), hint: typeof input === 'string' },
        with: cloud.add(field(node, deviceField)),
      });
    },
  };
}

/** What a screen reader calls the field. */
function namedBy(input: JQuery): Named {
  const own = input.attr('aria-label');
  if (own !== undefined) return { 'aria-label': own };
  const id = `ezt-label-${input.attr('id')}`;
  $(`label[for="${input.attr('id')}"]`).attr('id', id);
  return { 'aria-labelledby': id };
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

const readDevice = (row: unknown): LearnedDevice[] =>
  isRecord(row) && typeof row.device === 'string' ? [{ device: row.device }] : [];
