import { EztError } from '../../../cloud/protocol/errors';
import { isVariable } from '../../../cloud/protocol/names';
import { aliasesOf, lookUp, type UsesProject } from '../aliases';
import { fieldText } from '../form';
import { parseList } from '../lists';
import { roughlyAgo } from '../spans';
import { askPicker, type Query } from './answers';
import type { Choice, Source } from './source';

export type NameKind = 'attributes' | 'streams' | 'events' | 'commands';

/** Bytes of a stream that a row shows. */
const SHOWN = 12;

/** Names of these kinds, of the devices in field `deviceField`, or of all where none is chosen. */
export function nameSource(node: UsesProject, kinds: () => readonly NameKind[], deviceField: string): Source {
  const cloud = () => fieldText(node, 'cloud') ?? '';
  const ofDevices = (): Query => chosenDevices(node, deviceField).map((device) => ['device', device]);
  const ofKinds = (): Query => kinds().map((kind) => ['kind', kind]);

  return {
    get what() {
      return kinds()[0] ?? 'attributes';
    },
    async find(typed) {
      const answer = await askPicker(cloud(), [['search', typed], ...ofKinds(), ...ofDevices()]);
      const several = kinds().length > 1;
      const choices = answer.rows.flatMap((row) => choiceOf(node, row, several));
      return { choices, total: answer.total, answer };
    },
    async look(names) {
      const named = names.filter((name) => !isVariable(name));
      const online = new Map<string, boolean | null>();
      if (named.length === 0) return { unseen: [], online };
      const query = named.map((name) => ['named', name] as const);
      const answer = await askPicker(cloud(), [...ofKinds(), ...query, ...ofDevices()]);
      const unseen = answer.known === 0 ? [] : named.filter((name) => !answer.seen.includes(name));
      return { unseen, online };
    },
  };
}

/** Usernames of the devices in a field; none: every device. */
function chosenDevices(node: UsesProject, deviceField: string): string[] {
  const aliases = aliasesOf(node);
  const text = fieldText(node, deviceField) ?? '';
  const names = aliases.isAlias(text) ? [text] : parseList(text);
  if (names.some((name) => name === '*' || isVariable(name))) return [];
  return names.flatMap((name) => {
    const found = lookUp(aliases, name);
    return found === undefined || found instanceof EztError ? [name] : [...found];
  });
}

function choiceOf({ _: say }: UsesProject, row: Record<string, unknown>, grouped: boolean): Choice[] {
  const { name, kind, type, value, hex, length, at } = row;
  if (typeof name !== 'string') return [];
  const note = [
    ...(typeof type === 'string' ? [say(`eztcloud.picker.type.${type}`)] : []),
    ...(typeof length === 'number' ? [say('eztcloud.picker.bytes', { count: length })] : []),
    ...(typeof at === 'number' && at > 0 ? [roughlyAgo(say, Date.now() - at)] : []),
  ];
  const last = typeof hex === 'string' ? bytesText(hex, Number(length)) : value;
  return [
    {
      value: name,
      also: [],
      title: name,
      ...(grouped && { group: String(kind) }),
      ...(typeof last === 'string' && { last }),
      ...(note.length > 0 && { note: note.join(' · ') }),
    },
  ];
}

/** Bytes as text where they are printable ASCII, as hexadecimal digits otherwise. */
function bytesText(hex: string, length: number): string {
  const bytes = (hex.match(/../g) ?? []).map((each) => Number.parseInt(each, 16));
  const printable = bytes.length > 0 && bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
  const shown = printable ? 2 * SHOWN : SHOWN;
  const more = Math.max(length, bytes.length) > shown ? '…' : '';
  const some = bytes.slice(0, shown);
  if (printable) return String.fromCharCode(...some) + more;
  return some.map((byte) => byte.toString(16).padStart(2, '0')).join(' ') + (more && ` ${more}`);
}
