import { isVariable } from '../../cloud/protocol/names';
import { field, fieldText } from './form';
import { parseList } from './lists';
import type { EditedNode } from './red';

/** What the open form of `node` holds, as it would be saved. `own`: what the form keeps elsewhere than in one control. */
export function formValues(node: EditedNode<{ type?: string }>, own: Record<string, unknown> = {}): object {
  const entries = Object.entries(node._def.defaults).map(([name, { value }]) => {
    const held: unknown = Reflect.get(node, name);
    if (field(node, name).length === 0) return [name, held];
    const text = fieldText(node, name) ?? '';
    return [name, Array.isArray(value) ? parseList(text) : text];
  });
  return { ...Object.fromEntries(entries), ...own, type: node.type, id: node.id };
}

/** Milliseconds that a preview may take: a request that hangs would end it for good. */
export const PREVIEW_TIMEOUT = 15_000;

const projectOf = (node: EditedNode<object>): string =>
  (fieldText(node, 'cloud') ?? '').replace(/^_ADD_$/, '');

/** Where the runtime answers for the chosen project; `undefined` while none is chosen, or if a variable chooses it. */
export function projectRoute(node: EditedNode<object>, route: string): string | undefined {
  const cloud = projectOf(node);
  return cloud === '' || isVariable(cloud) ? undefined : `eztcloud/${encodeURIComponent(cloud)}/${route}`;
}

/** Why there is no {@link projectRoute}. */
export const noRouteText = (node: EditedNode<object>): string =>
  node._(projectOf(node) === '' ? 'eztcloud.live.noProject' : 'eztcloud.live.variable');

/** `timeout`: milliseconds after which it is given up; 0: never. */
export const postForm = (url: string, values: object, timeout = 0): JQuery.jqXHR =>
  $.ajax({ url, method: 'POST', contentType: 'application/json', data: JSON.stringify(values), timeout });
