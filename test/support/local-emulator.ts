import { readFileSync } from 'node:fs';
import { until } from './events';
import type { Credentials, Flow } from './flows';
import type { NodeRed } from './node-red';
import { project } from './project';

/** What `/eztcloud/emulator` answers. */
export interface EmulatorAnswer {
  allowed: boolean;
  state: string;
  error?: string;
  reason?: string;
  since?: number;
  connections?: number;
  endpoint?: string;
  wssEndpoint?: string;
  projectKey?: string;
  ca?: string;
  used?: boolean;
}

/** A secret as the dialog makes it. */
export const SECRET = '00112233445566778899aabbccddeeff00112233';

/** The emulator that the project dialog starts, by its routes. */
export function localEmulator(red: NodeRed) {
  const root = '/eztcloud/emulator';
  async function post(path: string, body: unknown): Promise<EmulatorAnswer & { status: number }> {
    const headers = { 'content-type': 'application/json' };
    const response = await red.request(`${root}/${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    return { ...((await response.json()) as EmulatorAnswer), status: response.status };
  }
  const state = async () => (await (await red.request(root)).json()) as EmulatorAnswer;
  return {
    state,
    start: (body: object = { projectSecret: SECRET }) => post('start', body),
    stop: () => post('stop', {}),
    /** Waits for a state. */
    is: (wanted: string) =>
      until(
        async () => {
          const now = await state();
          return now.state === wanted ? now : undefined;
        },
        30_000,
        wanted,
      ),
  };
}

/** A project that uses it, with one node that receives, as flows and as credentials. */
export function emulatorProject(
  { endpoint = '', ca = '' }: Pick<EmulatorAnswer, 'endpoint' | 'ca'>,
  projectSecret = SECRET,
): { flows: Flow; credentials: Credentials } {
  const credentials = { cloud: { projectKey: 'PR_emulator01', projectSecret }, tls: { cadata: ca } };
  const flows = [
    { id: 'flow', type: 'tab' },
    ...project({ endpoint }),
    { id: 'in', type: 'ezt-in', version: 1, z: 'flow', x: 0, y: 0, cloud: 'cloud', wires: [[]] },
  ];
  return { flows: flows as Flow, credentials };
}

/** The same, as a deploy takes it. */
export function withCredentials({ flows, credentials }: { flows: Flow; credentials: Credentials }): Flow {
  return flows.map((node) => ({ ...node, credentials: credentials[String(node.id)] }));
}

/** The state of the connection of the project `id`. */
export async function projectState(red: NodeRed, id = 'cloud'): Promise<string | undefined> {
  const response = await red.request(`/eztcloud/${id}/status`);
  if (!response.ok) return undefined;
  return ((await response.json()) as { state: { is: string } }).state.is;
}

export const projectConnected = (red: NodeRed, id = 'cloud'): Promise<unknown> =>
  until(async () => (await projectState(red, id)) === 'connected', 30_000, 'a connection');

/** The processes that `pid` has started, on Linux. */
export const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/).filter(Boolean).map(Number);

export function isRunning(pid: number): boolean {
  try {
    // A zombie has ended.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
