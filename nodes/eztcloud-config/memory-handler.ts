import type { Request, Response } from 'express';
import { type DevicePage, memoryPage } from '../../cloud';
import type { Project } from './runtime';

const LIMIT = { byDefault: 100, most: 500 };
/** Characters of a query that are looked at. */
const LONGEST = 256;
const EMPTY: DevicePage = { total: 0, devices: [] };

/** `GET /eztcloud/:configId/memory?search=…&after=…&limit=…`: a page of what is known of the devices. */
export async function answerMemory(project: Project, { query }: Request, response: Response): Promise<void> {
  const { client } = project;
  if (!client) {
    response.json(EMPTY);
    return;
  }
  await client.memory.loaded;
  const limit = Number(textOf(query.limit));
  response.json(
    await memoryPage(client.memory, client.aliases, {
      search: textOf(query.search).trim(),
      after: textOf(query.after),
      limit: Number.isInteger(limit) && limit > 0 ? Math.min(limit, LIMIT.most) : LIMIT.byDefault,
    }),
  );
}

/** A parameter of a query may also be missing, a list or an object. */
const textOf = (parameter: unknown): string =>
  typeof parameter === 'string' ? parameter.slice(0, LONGEST) : '';
