import type { NodeAPI } from 'node-red';
import { type EztError, formatEndpoint, formatProxy } from '../../cloud';
import { findProject, type Project } from './runtime';

/** Everything about a connection except its secrets: `GET /eztcloud/:configId/status`. */
export function statusOf({ problem, settings, client }: Project) {
  const state = client?.state ?? { is: 'idle' as const };
  return {
    state,
    ...(problem && { problem: aboutProblem(problem) }),
    ...(settings && {
      endpoint: formatEndpoint(settings.endpoint),
      ...(settings.proxy && { proxy: formatProxy(settings.proxy) }),
      clientId: settings.clientId,
      group: settings.group,
    }),
    ...(state.is === 'connected' && { protocol: state.version === 5 ? '5' : '3.1.1' }),
    ...(client && { ...client.details(), counters: client.counters }),
  };
}

const aboutProblem = ({ code, reason, params, message }: EztError) => ({ code, reason, params, message });

/** Projects, and topic filters of each, that one answer has. */
const MOST_PROJECTS = 100;
const MOST_FILTERS = 20;

/** `GET /eztcloud/projects`: the state of every deployed project, in bounded size. `now`: ms since the epoch. */
export function projectsOf(RED: NodeAPI) {
  const ids: string[] = [];
  RED.nodes.eachNode(({ id, type }) => {
    if (type === 'eztcloud-config' && ids.length < MOST_PROJECTS) ids.push(id);
  });
  return { now: Date.now(), projects: ids.map((id) => projectOf(id, findProject(RED, id))) };
}

/** A project without a node that runs is disabled, or stands in a subflow that is not used. */
function projectOf(id: string, project: Project | undefined) {
  if (!project) return { id, state: { is: 'disabled' as const } };
  const { filters, refused, ...status } = { filters: {}, refused: {}, ...statusOf(project) };
  return {
    id,
    name: project.settings?.project,
    ...status,
    devices: project.client?.memory.size ?? 0,
    filters: firstOf(filters),
    refused: firstOf(refused),
  };
}

const firstOf = (all: Readonly<Record<string, unknown>>) => {
  const entries = Object.entries(all);
  return { count: entries.length, first: Object.fromEntries(entries.slice(0, MOST_FILTERS)) };
};
