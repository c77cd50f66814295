import type { Credentials, Flow } from '../support/flows';
import { QUEUE_EXPIRY, SESSION_EXPIRY } from './platform';
import { LISTS } from './sent';

export interface FlowOptions {
  endpoint: string;
  caFile: string;
  /** The name in the broker's certificate, where it is dialled by another. */
  servername: string;
  key: string;
  secret: string;
}

/** A source, the node under test (its id is the stream's name), and sinks for what Complete and Catch see. */
function stream(id: string, node: Record<string, unknown>, rate: number, revision: number): Flow {
  return [
    { id: `${id}-source`, type: 'ledger-source', z: 'tab', stream: id, rate, wires: [[id]] },
    { id, z: 'tab', name: `revision ${revision}`, ...node },
    { id: `${id}-complete`, type: 'complete', z: 'tab', scope: [id], wires: [[`${id}-completed`]] },
    { id: `${id}-completed`, type: 'ledger-sink', z: 'tab', event: 'complete', wires: [] },
    { id: `${id}-catch`, type: 'catch', z: 'tab', scope: [id], wires: [[`${id}-caught`]] },
    { id: `${id}-caught`, type: 'ledger-sink', z: 'tab', event: 'catch', wires: [] },
  ];
}

/** A stream of commands that await their replies. */
const commands = (id: string, node: Record<string, unknown>, rate: number, revision: number): Flow =>
  stream(
    id,
    { type: 'ezt-command-out', method: 'count', timeout: 8, wires: [['replied']], ...node },
    rate,
    revision,
  );

/** The whole flow; a new `revision` changes the nodes under test, as an edit in the editor does. */
export function flowOf({ endpoint, caFile, servername }: FlowOptions, revision = 0): Flow {
  const project = {
    type: 'eztcloud-config',
    endpoint,
    tls: 'tls',
    keepalive: 3,
    queueExpiry: QUEUE_EXPIRY,
  };
  const flow: Flow = [
    { id: 'tab', type: 'tab', label: 'Ledger' },
    { id: 'tls', type: 'tls-config', cert: '', key: '', ca: caFile, servername, verifyservercert: true },
    {
      id: 'project-memory',
      ...project,
      session: 'persistent',
      sessionExpiry: SESSION_EXPIRY,
      queueStore: 'memory',
    },
    { id: 'project-disk', ...project, queueStore: 'disk' },
    {
      id: 'in',
      type: 'ezt-in',
      z: 'tab',
      name: `revision ${revision}`,
      cloud: 'project-memory',
      types: ['attributes'],
      wires: [['received']],
    },
    { id: 'received', type: 'ledger-sink', z: 'tab', event: 'in', wires: [] },
    {
      id: 'changed',
      type: 'ezt-in',
      z: 'tab',
      name: `revision ${revision}`,
      cloud: 'project-memory',
      types: ['attributes'],
      when: 'changed',
      initial: true,
      wires: [['has-changed']],
    },
    { id: 'has-changed', type: 'ledger-sink', z: 'tab', event: 'changed', wires: [] },
    ...stream(
      'push',
      { type: 'ezt-attr-out', cloud: 'project-memory', device: 'DU_push', wires: [] },
      20,
      revision,
    ),
    ...stream(
      'durable',
      { type: 'ezt-attr-out', cloud: 'project-disk', device: 'DU_durable', wires: [] },
      20,
      revision,
    ),
    ...commands('command', { cloud: 'project-memory', device: 'DU_command' }, 5, revision),
    ...commands(
      'fleet',
      { cloud: 'project-memory', device: LISTS.fleet?.map((name) => `DU_${name}`).join() },
      3,
      revision,
    ),
    ...commands(
      'retry',
      { cloud: 'project-memory', device: 'DU_retry', timeout: 1, retries: 2 },
      3,
      revision,
    ),
    ...commands('hold', { cloud: 'project-disk', device: 'DU_hold', whenOffline: 'hold' }, 3, revision),
    { id: 'replied', type: 'ledger-sink', z: 'tab', event: 'replied', wires: [] },
  ];
  // Without coordinates Node-RED takes a node for a config node.
  return flow.map((node) => (node.z === 'tab' ? { ...node, x: 0, y: 0 } : node));
}

/** The credentials as Node-RED's file holds them. */
export function credentialsOf({ key, secret }: FlowOptions): Credentials {
  const both = { projectKey: key, projectSecret: secret };
  return { 'project-memory': both, 'project-disk': both };
}
