import { EztError } from '../../../cloud/protocol/errors';
import { isVariable, namesSeveral } from '../../../cloud/protocol/names';
import { rankOf } from '../../../cloud/protocol/ranking';
import { aliasesOf, type KnownAliases, lookUp, type UsesProject } from '../aliases';
import { fieldText } from '../form';
import { isRecord } from '../records';
import { roughlyAgo } from '../spans';
import { type Answer, askPicker } from './answers';
import { type Choice, MOST_ROWS, type Source } from './source';

interface Device {
  name?: string;
  online?: boolean | null;
  lastSeen?: number;
}

/** The devices that are known or have an alias, and the tags. `every`: `*` is offered, too. */
export function deviceSource(node: UsesProject, every: boolean): Source {
  const cloud = () => fieldText(node, 'cloud') ?? '';
  const say = node._;

  return {
    what: 'devices',
    async find(typed) {
      const aliases = aliasesOf(node);
      const fitting = fittingRows(aliases, typed);
      const best = fitting.slice(0, MOST_ROWS);
      const named = best.map(({ device }) => ['named', device] as const);
      const answer = await askPicker(cloud(), [['search', typed], ...named]);
      const devices = new Map([
        ...best.map(({ device }): [string, Device] => [device, {}]),
        ...known(answer),
      ]);
      const unheard = best.filter(({ device }) => devices.get(device)?.lastSeen === undefined).length;
      const choices = [
        ...[...devices].map(([device, about]) => deviceChoice(aliases, device, about)),
        ...tagChoices(aliases, typed),
      ];
      if (every && '*'.startsWith(typed))
        choices.push({ value: '*', also: [], title: '*', subtitle: say('eztcloud.palette.everyDevice') });
      const others = choices.length - devices.size;
      const total = Math.max(answer.total + unheard, fitting.length, devices.size) + others;
      return { choices, total, answer };
    },
    async look(names) {
      const aliases = aliasesOf(node);
      const single = names.flatMap((name): [string, string][] => {
        const found = lookUp(aliases, name);
        if (found === undefined) return isExempt(name) ? [] : [[name, name]];
        const [device, ...more] = found instanceof EztError ? [] : found;
        return device === undefined || more.length > 0 || name.startsWith('#') ? [] : [[name, device]];
      });
      if (single.length === 0) return { unseen: [], online: new Map() };
      const named = single.slice(0, MOST_ROWS);
      const answer = await askPicker(
        cloud(),
        named.map(([, device]) => ['named', device]),
      );
      const seen = new Map(answer.seen.flatMap(readDevice));
      const online = named.flatMap(([name, device]): [string, boolean | null][] => {
        const about = seen.get(device);
        return about === undefined ? [] : [[name, about.online ?? null]];
      });
      // Where nothing at all is known, nothing can be told.
      const unseen = answer.known === 0 ? [] : named.filter(([, device]) => !seen.has(device));
      return { unseen: unseen.map(([name]) => name), online: new Map(online) };
    },
  };

  function deviceChoice(aliases: KnownAliases, device: string, { name, online, lastSeen }: Device): Choice {
    const title = aliases.nameOf(device) ?? name ?? device;
    const tags = aliases.rows.length > 0 ? aliases.tagsOf(device) : [];
    return {
      value: writtenFor(aliases, device),
      also: [device, ...(title === device ? [] : [title])],
      tags,
      title,
      ...(title !== device && { subtitle: device }),
      online: online ?? null,
      ...(lastSeen !== undefined && { note: roughlyAgo(say, Date.now() - lastSeen) }),
    };
  }

  function tagChoices(aliases: KnownAliases, typed: string): Choice[] {
    const counts = new Map<string, number>();
    for (const row of aliases.rows) for (const tag of row.tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
    return [...counts]
      .filter(([tag]) => rankOf(typed, [`#${tag}`], [tag]) !== undefined)
      .slice(0, MOST_ROWS)
      .map(([tag, count]) => ({
        value: `#${tag}`,
        also: [],
        tags: [tag],
        title: `#${tag}`,
        note: count === 1 ? say('eztcloud.suggest.oneDevice') : say('eztcloud.suggest.devices', { count }),
      }));
  }
}

/** What is no device that could have been seen. */
const isExempt = (name: string): boolean => name === '*' || isVariable(name) || /^[#＃]/u.test(name);

/** The rows of the table of aliases that fit, the best first. */
function fittingRows(aliases: KnownAliases, typed: string): { device: string }[] {
  return aliases.rows
    .flatMap(({ device, name, tags }) => {
      const rank = rankOf(typed, [device, name], tags);
      return rank === undefined ? [] : [{ device, rank }];
    })
    .sort((a, b) => a.rank - b.rank);
}

const known = ({ rows, seen }: Answer): [string, Device][] => [...seen, ...rows].flatMap(readDevice);

function readDevice(row: unknown): [string, Device][] {
  if (!isRecord(row) || typeof row.device !== 'string') return [];
  const { device, name, online, lastSeen } = row;
  return [
    [
      device,
      {
        ...(typeof name === 'string' && { name }),
        online: typeof online === 'boolean' ? online : null,
        ...(typeof lastSeen === 'number' && { lastSeen }),
      },
    ],
  ];
}

/** What names `device` in a field: its alias, unless that means others too, or would be read as a list. */
function writtenFor(aliases: KnownAliases, device: string): string {
  const name = aliases.nameOf(device);
  if (name === undefined || namesSeveral(name) || name.startsWith('"')) return device;
  const found = lookUp(aliases, name);
  return Array.isArray(found) && found.length === 1 ? name : device;
}
