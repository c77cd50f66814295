import type { Message } from './messages';

/** What a client has subscribed to. */
export interface Subscription {
  /** As in SUBSCRIBE, with `$share/<group>/`. */
  name: string;
  filter: string;
  group?: string;
  qos: 0 | 1 | 2;
  noLocal: boolean;
  retainAsPublished: boolean;
  identifier?: number;
}

/** Who has it: a session, whether connected or away. */
export interface Subscriber {
  readonly id: string;
  deliver(message: Message, subscription: Subscription): void;
}

export type Match = readonly [Subscriber, Subscription];
type Members = Map<Subscriber, Subscription>;

/** A level of the tree of filters. */
class Level {
  readonly below = new Map<string, Level>();
  readonly members: Members = new Map();
  readonly groups = new Map<string, Members>();

  get empty(): boolean {
    return this.below.size + this.members.size + this.groups.size === 0;
  }
}

/** All subscriptions of a broker, found by topic. */
export class Subscriptions {
  private readonly root = new Level();

  set(subscriber: Subscriber, subscription: Subscription): void {
    const { filter, group } = subscription;
    let at = this.root;
    for (const name of filter.split('/')) {
      const next = at.below.get(name) ?? new Level();
      at.below.set(name, next);
      at = next;
    }
    const members = group === undefined ? at.members : (at.groups.get(group) ?? new Map());
    if (group !== undefined) at.groups.set(group, members);
    members.set(subscriber, subscription);
  }

  delete(subscriber: Subscriber, { filter, group }: Subscription): void {
    const levels = filter.split('/');
    const path = [this.root];
    for (const name of levels) {
      const next = path.at(-1)?.below.get(name);
      if (!next) return;
      path.push(next);
    }
    const last = path.at(-1);
    if (group === undefined) last?.members.delete(subscriber);
    else {
      const members = last?.groups.get(group);
      members?.delete(subscriber);
      if (members?.size === 0) last?.groups.delete(group);
    }
    for (let depth = levels.length; depth > 0 && path[depth]?.empty; depth -= 1)
      path[depth - 1]?.below.delete(levels[depth - 1] ?? '');
  }

  /**
   * A copy for each subscription that matches, also for several of one client, and one for each group, whose members
   * take turns, the absent ones too: a session that is away keeps its share.
   */
  deal(topic: string, from?: string): Match[] {
    const matches: Match[] = [];
    const take = ({ members, groups }: Level) => {
      for (const match of members) if (!match[1].noLocal || match[0].id !== from) matches.push(match);
      for (const group of groups.values()) {
        const [next] = group;
        if (!next) continue;
        group.delete(next[0]); // to the end of the row
        group.set(...next);
        matches.push(next);
      }
    };
    walk(this.root, topic.split('/'), 0, take);
    return matches;
  }
}

/** Visits the levels whose filters match. Wildcards do not match a first level that begins with `$` (MQTT 5 §4.7.2). */
function walk(level: Level, topic: readonly string[], depth: number, visit: (level: Level) => void): void {
  const wild = depth > 0 || !topic[0]?.startsWith('$');
  const rest = wild && level.below.get('#');
  if (rest) visit(rest);
  const name = topic[depth];
  if (name === undefined) {
    visit(level);
    return;
  }
  const exact = level.below.get(name);
  if (exact) walk(exact, topic, depth + 1, visit);
  const any = wild && level.below.get('+');
  if (any) walk(any, topic, depth + 1, visit);
}
