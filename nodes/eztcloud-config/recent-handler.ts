import type { Request } from 'express';
import { type Aliases, CHANNELS, EztError, type RecentPage, recentPage } from '../../cloud';
import { limitOf, listText, textOf } from './query';
import type { Project } from './runtime';

const LIMIT = { byDefault: 100, most: 500 };
const NONE: RecentPage = { last: 0, messages: [], more: false, passed: 0 };

/**
 * `GET /eztcloud/:configId/recent?since=…&type=…&device=…&limit=…`: the last messages, oldest first. `since`: what the
 * last answer called `last`. `type`, `device`: one or several, as in a form; devices also by alias or `#tag`.
 */
export function answerRecent({ client }: Project, { query }: Request): RecentPage {
  if (!client) return NONE;
  const asked = listText(query.type)
    .split(',')
    .filter((type) => type !== '');
  const types = CHANNELS.filter((channel) => asked.includes(channel));
  if (asked.length > 0 && types.length === 0)
    return { ...NONE, last: client.recent.last, passed: client.recent.passed };
  return recentPage(client.recent, client.aliases.nameOf, {
    since: Number(textOf(query.since)) || 0,
    types,
    devices: devicesIn(client.aliases, listText(query.device)),
    limit: limitOf(query.limit, LIMIT),
  });
}

/** The devices that are named; what is no name stands for itself, and fits none. A tag is looked up once. */
export function devicesIn(aliases: Aliases, text: string): string[] {
  return [...new Set(aliases.namesIn(text))].flatMap((name) => {
    try {
      return aliases.usernames(name);
    } catch (error) {
      if (!(error instanceof EztError)) throw error;
      return [name];
    }
  });
}
