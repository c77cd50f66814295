import { aliasKey, readAliasTable, tagKey } from './alias-table';
import { EztError } from './errors';
import { dropBlanks, isIdentifier, nameProblem, namesIn } from './names';

/** What a project calls its devices. Nothing here ever returns a name that is not a valid device username. */
export interface Aliases {
  /** Devices in the table. */
  readonly size: number;
  /** Their usernames, in no particular order. */
  devices(): Iterable<string>;
  /** What people call `device`, if it has an alias. */
  nameOf(device: string): string | undefined;
  /** The tags of `device`, without `#`. */
  tagsOf(device: string): readonly string[];
  /**
   * The devices that one name means, as a person wrote it: an alias, `#tag` (all devices of the tag), or a username.
   * Throws `EZT_DEVICE` for an unknown tag, a name that fits several, and what cannot be a username.
   */
  usernames(name: string): readonly string[];
  /** Whether `text` as a whole is an alias: it may look like a tag or a list. */
  isAlias(text: string): boolean;
  /** As {@link usernames}, but `undefined` for what is neither an alias nor `#tag`; it may be a username. */
  find(name: string): readonly string[] | undefined;
  /**
   * The names in a text or a list, as `namesIn` of names.ts, but a text that is an alias as a whole is one name even
   * if it holds a separator.
   */
  namesIn(value: unknown): string[] | undefined;
}

/** Devices that an error names, at most. */
const MAX_SHOWN = 5;
const NONE: readonly string[] = [];

/**
 * `table`: the property `aliases` of a project, `{ "DU_…": { name, tags: [] } }`, or that as JSON text. Names are
 * compared exactly, apart from the blanks around them. Throws `EZT_CONFIG`.
 */
export function createAliases(table: unknown): Aliases {
  const names = new Map<string, string>();
  const tags = new Map<string, readonly string[]>();
  const named = new Map<string, string[]>();
  const tagged = new Map<string, string[]>();
  for (const row of readAliasTable(table)) {
    tags.set(row.device, row.tags);
    for (const tag of row.tags) add(tagged, tag, row.device);
    if (row.name === '') continue;
    names.set(row.device, row.name);
    add(named, row.name, row.device);
  }

  function find(name: string): readonly string[] | undefined {
    const plain = isIdentifier(name); // the usual name: one quick look for each message
    const key = plain ? name : aliasKey(name);
    const devices = named.get(key);
    if (devices) return only(key, devices);
    if (plain) return undefined;
    if (!/^[#＃]./u.test(key)) return undefined;
    const ofTag = tagged.get(tagKey(key));
    if (!ofTag) throw new EztError('tagUnknown', { tag: tagKey(key) });
    return ofTag;
  }

  /** The one device called so. One that is called like the username of another would get what is meant for that. */
  function only(name: string, devices: readonly string[]): readonly string[] {
    const fitting = tags.has(name) && !devices.includes(name) ? [...devices, name] : devices;
    if (fitting.length === 1) return fitting;
    const shown = fitting.slice(0, MAX_SHOWN).join(', ');
    const more = fitting.length > MAX_SHOWN ? ', …' : '';
    throw new EztError('aliasAmbiguous', { name, count: fitting.length, devices: shown + more });
  }

  const isAlias = (text: string): boolean => named.size > 0 && named.has(aliasKey(text));

  return {
    size: tags.size,
    devices: () => tags.keys(),
    nameOf: (device) => names.get(device),
    tagsOf: (device) => tags.get(device) ?? NONE,
    usernames: (name) => find(name) ?? [username(name)],
    isAlias,
    find,
    namesIn: (value) => (typeof value === 'string' && isAlias(value) ? [aliasKey(value)] : namesIn(value)),
  };
}

function add(lists: Map<string, string[]>, key: string, device: string): void {
  const list = lists.get(key);
  if (list) list.push(device);
  else lists.set(key, [device]);
}

/** `written` without the blanks around it, if that can be a device username. Throws `EZT_DEVICE`. */
function username(written: string): string {
  const name = isIdentifier(written) ? written : dropBlanks(written);
  const problem = nameProblem(name);
  switch (problem?.is) {
    case undefined:
      return name;
    case 'shape':
      throw new EztError('deviceInvalid');
    case 'variable':
      throw new EztError('deviceVariable');
    case 'character': {
      const { code, position, shown } = problem;
      throw new EztError('deviceCharacter', { device: shown, code, position });
    }
  }
}

/** Of a project without a table. */
export const NO_ALIASES: Aliases = createAliases({});
