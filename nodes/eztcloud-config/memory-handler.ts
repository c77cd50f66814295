import type { Request, Response } from 'express';
import { type DevicePage, memoryPage } from '../../cloud';
import { limitOf, textOf } from './query';
import type { Project } from './runtime';

const LIMIT = { byDefault: 100, most: 500 };
const EMPTY: DevicePage = { total: 0, devices: [] };

/** `GET /eztcloud/:configId/memory?search=…&after=…&limit=…`: a page of what is known of the devices. */
export async function answerMemory(project: Project, { query }: Request, response: Response): Promise<void> {
  const { client } = project;
  if (!client) {
    response.json(EMPTY);
    return;
  }
  await client.memory.loaded;
  response.json(
    await memoryPage(client.memory, client.aliases, {
      search: textOf(query.search).trim(),
      after: textOf(query.after),
      limit: limitOf(query.limit, LIMIT),
    }),
  );
}
