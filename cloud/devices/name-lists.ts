/** Names in the order first seen: one list for all devices that have the same names in the same order. */
export interface NameList {
  readonly names: readonly string[];
  /** Made when a name does not stand where it was expected. */
  index?: Map<string, number>;
  readonly key: string;
  /** Rough bytes. */
  readonly size: number;
  users: number;
}

/** Rough bytes, of everything together, that may still be held. */
export interface Budget {
  left: number;
}

export interface NameLists {
  readonly none: NameList;
  /** `list` with `more` behind it, for one of its users; `undefined` when there is no room. */
  extend(list: NameList, more: readonly string[]): NameList | undefined;
  /** One user fewer. */
  release(list: NameList): void;
}

/** A list short enough to be searched from the front. */
const SHORT = 8;
/** Rough bytes of a name beside its characters, which stand in the list and in its key. */
const PER_NAME = 64;

/** Where `name` stands in `list`, -1 if it does not; `guess`: where it probably stands. */
export function indexIn(list: NameList, name: string, guess = 0): number {
  const { names } = list;
  if (guess < names.length && names[guess] === name) return guess;
  if (names.length <= SHORT) return names.indexOf(name);
  list.index ??= new Map(names.map((each, i) => [each, i]));
  return list.index.get(name) ?? -1;
}

export function createNameLists(budget: Budget): NameLists {
  const lists = new Map<string, NameList>();
  const none: NameList = { names: [], key: '[]', size: 0, users: 0 };

  function take(names: readonly string[]): NameList | undefined {
    const key = JSON.stringify(names);
    let list = lists.get(key);
    if (!list) {
      const size = names.reduce((sum, { length }) => sum + 2 * length + PER_NAME, 0);
      if (size > budget.left) return undefined;
      budget.left -= size;
      list = { names: names.map(lasting), key, size, users: 0 };
      lists.set(key, list);
    }
    list.users += 1;
    return list;
  }

  function release(list: NameList) {
    if (list === none) return;
    list.users -= 1;
    if (list.users > 0) return;
    lists.delete(list.key);
    budget.left += list.size;
  }

  return {
    none,
    extend(list, more) {
      const extended = take([...list.names, ...more]);
      if (extended) release(list);
      return extended;
    },
    release,
  };
}

/** As a key, the text is in V8's table of names: compared by its address, and no slice of a larger text. */
const lasting = (name: string): string => Object.keys({ [name]: 0 })[0] ?? name;
