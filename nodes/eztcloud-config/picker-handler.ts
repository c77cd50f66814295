import type { Request, Response } from 'express';
import {
  bestDevices,
  bestNames,
  choicesOf,
  type DeviceChoice,
  type Fitting,
  NAME_KINDS,
  type NameChoice,
} from '../../cloud';
import { listeningFor } from './listening';
import type { Project } from './runtime';

/** Rows of an answer; what is named and what is chosen are limited, too. */
const ROWS = 50;
const NAMED = 100;
const CHOSEN = 100;
/** Characters of a parameter that are looked at. */
const LONGEST = 256;

/** What a picker is told; see {@link answerPicker}. */
interface PickerAnswer {
  /** `unused`: deployed, but no node uses it, so it has no connection. */
  state: 'notDeployed' | 'problem' | 'unused' | 'idle' | 'connecting' | 'connected' | 'waiting' | 'closed';
  /** Devices that are known. */
  known: number;
  /** Whether what is known survives a restart. */
  kept: boolean;
  /** Whether several Node-REDs share the messages. */
  grouped: boolean;
  /** Milliseconds for which it still listens to everything. */
  listening: number;
  total: number;
  rows: DeviceChoice[] | NameChoice[];
  /** Which of `named` are known. */
  seen: DeviceChoice[] | string[];
}

/** What there is to say of a project that has not been deployed, or has no connection. */
const NOTHING = { known: 0, kept: true, grouped: false, listening: 0, total: 0, rows: [], seen: [] };

/**
 * `GET /eztcloud/:configId/picker?kind=…&search=…&device=…&named=…`: the 50 devices, attributes, streams, events or commands
 * (`kind`) that fit best what a person types. `device`: only their names; `named`: of those it tells whether they are
 * known. `kind`, `device` and `named` may come several times. A project that is not deployed is no error here: forms are
 * open before the first deploy.
 */
export async function answerPicker(
  project: Project | undefined,
  request: Request,
  response: Response,
): Promise<void> {
  response.json(await answerOf(project, new URLSearchParams(request.url.split('?')[1] ?? '')));
}

async function answerOf(project: Project | undefined, query: URLSearchParams): Promise<PickerAnswer> {
  if (!project) return { ...NOTHING, state: 'notDeployed' };
  const { client, settings } = project;
  if (!settings) return { ...NOTHING, state: 'problem' };
  const about = { kept: settings.disk?.memory === true, grouped: settings.group !== '' };
  if (!client) return { ...NOTHING, ...about, state: 'unused' };
  const { memory, aliases } = client;
  await memory.loaded;
  const text = (name: string) => (query.get(name) ?? '').slice(0, LONGEST).trim();
  const several = (name: string, most: number) =>
    query
      .getAll(name)
      .slice(0, most)
      .filter(({ length }) => length <= LONGEST);
  const kinds = NAME_KINDS.filter((kind) => query.getAll('kind').includes(kind));
  const named = several('named', NAMED);
  const search = text('search');
  const limits = { search, named, limit: ROWS };
  const found: Fitting<DeviceChoice | NameChoice> & { seen: (DeviceChoice | string)[] } =
    kinds.length === 0
      ? { ...(await bestDevices(memory, aliases, search, ROWS)), seen: choicesOf(memory, aliases, named) }
      : await bestNames(memory, kinds, several('device', CHOSEN), limits);
  return {
    ...about,
    state: client.state.is,
    known: memory.size,
    listening: listeningFor(project),
    ...(found as Pick<PickerAnswer, 'total' | 'rows' | 'seen'>),
  };
}
