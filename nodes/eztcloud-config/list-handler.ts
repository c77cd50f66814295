import type { Request, Response } from 'express';
import { type Client, createDeviceLists, type DeviceLists, LISTED_STATES, listWindow } from '../../cloud';
import { limitOf, textOf } from './query';
import type { Project } from './runtime';

const LIMIT = { byDefault: 50, most: 200 };
const lists = new WeakMap<Client, DeviceLists>();

/** The lists of a project's devices; a deploy that keeps the connection keeps them. */
function listsOf(client: Client): DeviceLists {
  const made = lists.get(client) ?? createDeviceLists(client.memory, () => client.aliases);
  lists.set(client, made);
  return made;
}

/**
 * `GET /eztcloud/:configId/list?search=…&state=…&offset=…&limit=…&version=…&since=…&open=…&openSince=…`: a window onto
 * the list of devices, and only what is new since the last answer. The sidebar asks for it once a second.
 */
export async function answerList(project: Project, { query }: Request, response: Response): Promise<void> {
  const { client } = project;
  if (!client) {
    response.json({ total: 0, version: 0, now: Date.now(), devices: [] });
    return;
  }
  await client.memory.loaded;
  response.json(
    await listWindow(listsOf(client), client.memory, client.aliases, {
      search: textOf(query.search).trim(),
      state: LISTED_STATES.find((state) => state === query.state) ?? 'all',
      offset: numberOf(query.offset),
      limit: limitOf(query.limit, LIMIT),
      version: numberOf(query.version),
      since: numberOf(query.since),
      open: textOf(query.open),
      openSince: numberOf(query.openSince),
    }),
  );
}

/** A whole number from 0 on. */
function numberOf(parameter: unknown): number {
  const number = Number(textOf(parameter));
  return Number.isSafeInteger(number) && number > 0 ? number : 0;
}
