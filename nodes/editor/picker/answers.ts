import { isVariable } from '../../../cloud/protocol/names';
import { isRecord } from '../records';
import { emulatorDevices } from './emulator-devices';

/** What Node-RED knows for a picker; see `nodes/eztcloud-config/picker-handler.ts`. Names come from devices: use them as text only. */
export interface Answer {
  /** Besides the states of a project: why there is no answer. */
  state: string;
  known: number;
  kept: boolean;
  grouped: boolean;
  /** Milliseconds for which it still listens to everything. */
  listening: number;
  total: number;
  rows: readonly Record<string, unknown>[];
  /** Those of the names asked for that are known: names, or devices. */
  seen: readonly unknown[];
}

export type Query = readonly (readonly [parameter: string, value: string])[];

/** Characters of a query; a server takes 16,000 in all. */
const LONGEST = 6_000;
/** Milliseconds after which a question is given up: a picker asks one at a time. */
const TIMEOUT = 15_000;
const NONE = { known: 0, kept: true, grouped: false, listening: 0, total: 0, rows: [], seen: [] };

/** Asks for what fits `query` in the project `cloud`. Never rejects: without an answer, `state` says why. */
export async function askPicker(cloud: string, query: Query): Promise<Answer> {
  if (cloud === '' || cloud === '_ADD_') return { ...NONE, state: 'noProject' };
  if (isVariable(cloud)) return { ...NONE, state: 'variable' };
  try {
    const answer = read(
      await $.ajax({
        url: `eztcloud/${encodeURIComponent(cloud)}/picker?${textOf(query)}`,
        dataType: 'json',
        timeout: TIMEOUT,
      }),
    );
    if (answer.state !== 'notDeployed') return answer;
    return { ...answer, ...(await emulatorDevices(cloud, query, TIMEOUT)) };
  } catch (error) {
    const status = isRecord(error) ? error.status : undefined;
    return { ...NONE, state: status === 401 || status === 403 ? 'notAllowed' : 'noAnswer' };
  }
}

/** As much of the query as a server takes; what matters stands first. */
function textOf(query: Query): string {
  let text = '';
  for (const [parameter, value] of query) {
    const part = `${text === '' ? '' : '&'}${parameter}=${encodeURIComponent(value)}`;
    if (text.length + part.length <= LONGEST) text += part;
  }
  return text;
}

function read(answer: unknown): Answer {
  if (!isRecord(answer)) return { ...NONE, state: 'noAnswer' };
  const { state, known, kept, grouped, listening, total, rows, seen } = answer;
  return {
    state: String(state),
    known: Number(known) || 0,
    kept: kept !== false,
    grouped: grouped === true,
    listening: Number(listening) || 0,
    total: Number(total) || 0,
    rows: Array.isArray(rows) ? rows.filter(isRecord) : [],
    seen: Array.isArray(seen) ? seen : [],
  };
}
