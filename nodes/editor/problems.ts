import { isRecord } from './records';
import type { EditedNode } from './red';

type Node = EditedNode<object>;

/** What the runtime answers where something is wrong, in the language of the editor. It may hold text from the network. */
export function problemText(node: Node, problem: unknown): string {
  if (!isRecord(problem)) return node._('eztcloud.live.noAnswer');
  const { code, reason, params } = problem;
  const key = `eztcloud.error.${String(reason)}`;
  const translated = typeof reason === 'string' ? node._(key, readParams(params)) : key;
  const text = translated === key ? String(problem.message ?? problem.error ?? '') : translated;
  return typeof code === 'string' ? `${code}: ${text}` : text;
}

function readParams(params: unknown): Record<string, string | number> {
  const entries = Object.entries(isRecord(params) ? params : {});
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === 'number' ? value : String(value)]),
  );
}

/** Why the runtime did not answer as asked. */
export function refusalText(node: Node, { status, responseJSON }: JQuery.jqXHR): string {
  if (isRecord(responseJSON) && typeof responseJSON.error === 'string')
    return problemText(node, responseJSON);
  if (status === 404) return node._('eztcloud.live.deployFirst');
  if (status === 401 || status === 403) return node._('eztcloud.live.notAllowed');
  if (status === 429) return node._('eztcloud.try.tooMany');
  return node._('eztcloud.live.noAnswer');
}
