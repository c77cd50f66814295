import { randomUUID } from 'node:crypto';
import type { Client } from 'aedes';

/** One client's part in a shared subscription. */
export interface Share {
  client: string;
  group: string;
  filter: string;
}

/**
 * Shared subscriptions (`$share/<group>/<filter>`), which Aedes lacks: each member subscribes to a topic of its own,
 * and every message goes to the topic of one member of each group.
 */
export interface SharedSubscriptions {
  /** The member's own topic for `$share/<group>/<filter>`; any other filter unchanged. */
  own(client: string, filter: string): string;
  /** What `own` made, taken apart. */
  parse(topic: string): Share | undefined;
  join(share: Share, client: Client): void;
  leave(share: Share): void;
  /** A session has begun, with the subscriptions it resumes: what an earlier one of its client id had is over. */
  begun(client: Client): void;
  /** A session has ended, and with it the client's part in any group. */
  ended(client: Client): void;
  /** The topics that a message to `topic` is to be published to besides `topic` itself. */
  targets(topic: string): string[];
}

export function createSharedSubscriptions(): SharedSubscriptions {
  // A client that knew this prefix could listen to another member's share: hence not to be guessed.
  const prefix = `$shared-${randomUUID()}`;
  const groups = new Map<string, { group: string; filter: string; members: Map<string, Client> }>();

  const leave = ({ client, group, filter }: Share): void => {
    const key = `${group}/${filter}`;
    const members = groups.get(key)?.members;
    members?.delete(client);
    if (members?.size === 0) groups.delete(key);
  };

  const forget = (over: (id: string, member: Client) => boolean): void => {
    for (const { group, filter, members } of [...groups.values()]) {
      for (const [id, member] of members) if (over(id, member)) leave({ client: id, group, filter });
    }
  };

  return {
    own(client, filter) {
      const [share, group, ...levels] = filter.split('/');
      return share === '$share' && group && levels.length > 0
        ? [prefix, encodeURIComponent(client), group, ...levels].join('/')
        : filter;
    },
    parse(topic) {
      const [first, client, group, ...levels] = topic.split('/');
      if (first !== prefix || client === undefined || group === undefined) return undefined;
      return { client: decodeURIComponent(client), group, filter: levels.join('/') };
    },
    join({ client: id, group, filter }, client) {
      const key = `${group}/${filter}`;
      const members = groups.get(key)?.members ?? new Map<string, Client>();
      members.set(id, client);
      groups.set(key, { group, filter, members });
    },
    leave,
    begun: (client) => forget((id, member) => id === client.id && member !== client),
    ended: (client) => forget((_id, member) => member === client),
    targets(topic) {
      const targets: string[] = [];
      for (const { group, filter, members } of groups.values()) {
        if (!covers(filter, topic)) continue;
        const connected = [...members].filter(([, client]) => !client.closed);
        const next = (connected.length > 0 ? connected : [...members])[0];
        if (next === undefined) continue;
        const [id, client] = next;
        members.delete(id); // to the end of the row, for the next message to go to the next member
        members.set(id, client);
        targets.push([prefix, encodeURIComponent(id), group, topic].join('/'));
      }
      return targets;
    },
  };
}

/** Filters with `#` are refused by the access rules, so `+` is all there is. */
function covers(filter: string, topic: string): boolean {
  const levels = topic.split('/');
  const wanted = filter.split('/');
  return wanted.length === levels.length && wanted.every((level, i) => level === '+' || level === levels[i]);
}
