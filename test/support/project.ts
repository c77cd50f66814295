import type { MqttClient } from 'mqtt';
import type { ValueMessage } from '../../cloud';
import { collect } from './events';
import type { Credentials, Flow } from './flows';
import { admin, nodeOf } from './flows';
import type { Mosquitto } from './mosquitto';
import { connected } from './statuses';

/** What reaches a helper node. `error` and `complete` come by a Catch and a Complete node. */
export interface Seen extends Partial<Omit<ValueMessage, 'payload'>> {
  _msgid: string;
  payload?: unknown;
  error?: { message: string; code?: string; source: { id: string } };
  elapsed?: number;
  [property: string]: unknown;
}

type FlowNode = Flow[number];

/** A node without coordinates would count as a configuration node. */
export const place = { z: 'tab', x: 0, y: 0 };

/** The project of `broker` as config node `cloud`, and the `tls-config` node `tls` with the broker's authority. */
export const project = (
  { endpoint, servername = '' }: Pick<Mosquitto, 'endpoint'> & { servername?: string },
  properties: FlowNode = {},
): FlowNode[] => [
  {
    id: 'tls',
    type: 'tls-config',
    cert: '',
    key: '',
    ca: '',
    servername,
    verifyservercert: true,
  },
  { id: 'cloud', type: 'eztcloud-config', endpoint, tls: 'tls', ...properties },
];

/** The credentials that go with `project`. */
export const credentials = ({ key, secret, ca }: Pick<Mosquitto, 'key' | 'secret' | 'ca'>): Credentials => ({
  cloud: { projectKey: key, projectSecret: secret },
  tls: { cadata: ca },
});

/** One of our palette nodes, on the tab `tab`; what it sends reaches the helper node `<id>.got`. */
export const palette = (type: string, id: string, properties: FlowNode = {}): FlowNode[] => [
  { id, type, ...place, cloud: 'cloud', wires: [[`${id}.got`]], ...properties },
  { id: `${id}.got`, type: 'helper', ...place, wires: [] },
];

/** The tab, with a Catch node for all of it and a Complete node for `complete`, wired to `errors` and `completed`. */
export const tab = (...complete: string[]): FlowNode[] => [
  { id: 'tab', type: 'tab', label: 'Test' },
  { id: 'catch', type: 'catch', ...place, scope: null, uncaught: false, wires: [['errors']] },
  { id: 'errors', type: 'helper', ...place, wires: [] },
  ...(complete.length === 0
    ? []
    : [
        {
          id: 'complete',
          type: 'complete',
          ...place,
          scope: complete,
          uncaught: false,
          wires: [['completed']],
        },
        { id: 'completed', type: 'helper', ...place, wires: [] },
      ]),
];

/** The next message that reaches the node `id`, caused by `cause`. */
export async function next(id: string, cause: () => unknown): Promise<Seen> {
  const [[message]] = await Promise.all([collect<Seen>(nodeOf(id), 1), cause()]);
  if (!message) throw new Error(`Nothing reached ${id}`);
  return message;
}

/** Everything that reaches the node `id` from now on. */
export function record(id: string): Seen[] {
  const messages: Seen[] = [];
  nodeOf(id).on('input', (message) => {
    messages.push(message as Seen);
  });
  return messages;
}

/** The platform's side: publishes as a device would, `suffix` being `<device>/<channel>[/<stream>]`. */
export function deviceOf(platform: MqttClient, key: string) {
  return (suffix: string, payload: unknown, options: { qos?: 0 | 1 | 2; retain?: boolean } = {}) =>
    platform.publishAsync(
      `open/${key}/${suffix}`,
      Buffer.isBuffer(payload) || typeof payload === 'string' ? payload : JSON.stringify(payload),
      { qos: 1, ...options },
    );
}

/** Resolves when every node named is connected and has its subscriptions. */
export const ready = (...ids: string[]): Promise<unknown> => Promise.all(ids.map((id) => connected(id)));

/** What `GET /eztcloud/<config>/status` answers. */
export interface ProjectStatus {
  state: { is: string; until?: number };
  protocol?: string;
  filters: Record<string, number>;
  refused: Record<string, string>;
  queued: number;
  commands: number;
  held: number;
  counters: Record<string, number>;
}

export async function statusOf(config: string): Promise<ProjectStatus> {
  const response = await admin(`/eztcloud/${config}/status`);
  return (await response.json()) as ProjectStatus;
}
