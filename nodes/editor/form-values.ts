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

/** The id of the chosen project, and where the runtime answers for it; `undefined` while none is chosen. */
export function projectRoute(node: EditedNode<object>, route: string): string | undefined {
  const cloud = fieldText(node, 'cloud') ?? '';
  return cloud === '' || cloud === '_ADD_' ? undefined : `eztcloud/${encodeURIComponent(cloud)}/${route}`;
}

export const postForm = (url: string, values: object): JQuery.jqXHR =>
  $.ajax({ url, method: 'POST', contentType: 'application/json', data: JSON.stringify(values) });
