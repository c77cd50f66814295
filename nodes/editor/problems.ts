import { inLanguage } from '../../cloud/protocol/phrases';
import { isRecord } from './records';
import type { EditedNode } from './red';

type Node = EditedNode<object>;

/** What the runtime answers where something is wrong, in the language of the editor. It may hold text from the network. */
export function problemText(node: Node, problem: unknown): string {
  if (!isRecord(problem)) return node._('eztcloud.live.noAnswer');
  const { code, message, error } = problem;
  const text = errorText(node, problem, String(message ?? error ?? ''));
  return typeof code === 'string' ? `${code}: ${text}` : text;
}

/** The sentence of an error `{ reason, params }`, with the names that forms have for options; else `fallback`. */
export function errorText(node: Node, { reason, params }: Record<string, unknown>, fallback: string): string {
  const values = Object.entries(isRecord(params) ? params : {}).map(
    ([name, value]): [string, string | number] => {
      const text = typeof value === 'number' ? value : String(value);
      return [name, name === 'option' ? (catalogued(node, `label.${text}`) ?? text) : text];
    },
  );
  const inWords = inLanguage(Object.fromEntries(values), (key, given) =>
    catalogued(node, `phrase.${key}`, given),
  );
  return catalogued(node, `error.${String(reason)}`, inWords) ?? fallback;
}

/** The catalogue's text; `undefined` if it has none. Show it as text: `params` may come from the network. */
export function catalogued(
  node: Node,
  key: string,
  params?: Record<string, string | number>,
): string | undefined {
  const full = `eztcloud.${key}`;
  const text = node._(full, params);
  return text === full ? undefined : text;
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
