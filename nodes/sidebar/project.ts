import { isRecord } from '../editor/records';
import { numberOf, rowsOf, textOf, timeOf } from './requests';

/** How a project stands; `undeployed`: only in this editor. */
export type ProjectState =
  | 'connected'
  | 'connecting'
  | 'waiting'
  | 'idle'
  | 'closed'
  | 'problem'
  | 'disabled'
  | 'undeployed';

/** A project of the workspace, as the sidebar shows it. Times in ms since the epoch, of Node-RED's clock. */
export interface ProjectRow {
  id: string;
  name: string;
  state: ProjectState;
  since: number | null;
  /** When it is tried again. */
  until: number | null;
  attempt: number;
  /** Why it does not work: a key of the catalogue, what its sentence is filled with, and that in words. */
  reason: string;
  params: Record<string, string | number>;
  detail: string;
  endpoint: string;
  /** Without its credentials; empty: none. */
  proxy: string;
  protocol: string;
  clientId: string;
  group: string;
  devices: number;
  queued: number;
  commands: number;
  held: number;
  counters: Record<string, number>;
  filters: Filters;
  refused: Filters;
}

/** The first of the topic filters, with QoS or reason code. */
export interface Filters {
  count: number;
  first: [filter: string, says: string][];
}

export interface Projects {
  now: number;
  projects: ProjectRow[];
}

/** The answer of `GET /eztcloud/projects`. */
export function readProjects(answer: Record<string, unknown>): Projects {
  return { now: numberOf(answer.now), projects: rowsOf(answer.projects).map(readProject) };
}

function readProject(row: Record<string, unknown>): ProjectRow {
  const state = recordOf(row.state);
  const problem = recordOf(row.problem);
  const refusal = recordOf(state.refusal);
  return {
    id: textOf(row.id),
    name: textOf(row.name),
    state: isRecord(row.problem) ? 'problem' : (textOf(state.is) as ProjectState),
    since: timeOf(state.since),
    until: timeOf(state.until),
    attempt: numberOf(state.attempt),
    reason: textOf(problem.reason) || textOf(refusal.trouble),
    params: Object.fromEntries(
      Object.entries(recordOf(problem.params)).map(([name, value]) => [
        name,
        typeof value === 'number' ? value : String(value),
      ]),
    ),
    detail: textOf(problem.message) || textOf(refusal.detail),
    endpoint: textOf(row.endpoint),
    proxy: textOf(row.proxy),
    protocol: textOf(row.protocol),
    clientId: textOf(row.clientId),
    group: textOf(row.group),
    devices: numberOf(row.devices),
    queued: numberOf(row.queued),
    commands: numberOf(row.commands),
    held: numberOf(row.held),
    counters: Object.fromEntries(
      Object.entries(recordOf(row.counters)).map(([name, count]) => [name, numberOf(count)]),
    ),
    filters: readFilters(row.filters),
    refused: readFilters(row.refused),
  };
}

const recordOf = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});

function readFilters(value: unknown): Filters {
  const { count, first } = recordOf(value);
  const entries = Object.entries(recordOf(first));
  return { count: numberOf(count), first: entries.map(([filter, says]) => [filter, String(says)]) };
}

/** A project that has never been deployed. */
export const undeployed = (id: string, name: string): ProjectRow => ({
  ...readProject({ id, name }),
  state: 'undeployed',
});

/** A topic filter without its project key, which is no secret but nobody's business in a report. */
export const withoutKey = (filter: string): string =>
  filter.replace(/^((?:\$share\/[^/]*\/)?open\/)[^/]+/, '$1<project key>');

/** What one may send to whoever helps: everything that is known of a connection, in English, without a secret. */
export function reportOf(project: ProjectRow, now: number, versions: Record<string, string>): string {
  const at = (time: number | null) => (time === null ? '' : new Date(time).toISOString());
  const filters = ({ count, first }: Filters) => [
    ...first.map(([filter, says]) => `  ${withoutKey(filter)} (${says})`),
    ...(count > first.length ? [`  and ${count - first.length} more`] : []),
  ];
  const lines: [string, string | number][] = [
    ...Object.entries(versions),
    ['Project', project.name],
    ['State', project.state],
    ['Since', at(project.since)],
    ['Attempt', project.attempt || ''],
    ['Next try', at(project.until)],
    ['Reason', project.reason],
    ['Detail', project.detail],
    ['Access point', project.endpoint],
    ['Proxy', project.proxy],
    ['MQTT', project.protocol],
    ['Client id', project.clientId],
    ['Shared group', project.group],
    ['Devices known', project.devices],
    ['Queued', project.queued],
    ['Commands waiting', project.commands],
    ['Commands held', project.held],
    ...Object.entries(project.counters),
  ];
  return [
    `EZtCloud connection, ${at(now)}`,
    ...lines.filter(([, value]) => value !== '').map(([name, value]) => `${name}: ${value}`),
    `Subscriptions: ${project.filters.count}`,
    ...filters(project.filters),
    `Refused: ${project.refused.count}`,
    ...filters(project.refused),
  ].join('\n');
}
