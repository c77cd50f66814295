import { fieldText } from './form';
import type { EditedNode, EditorNode } from './red';

/** What Node-RED shows in place of a stored password. */
const UNCHANGED = '__PWRD__';

/** What the dialog holds, saved or not, as `POST /eztcloud/test` takes it. */
export function dialogValues(node: EditedNode<object>): Record<string, unknown> {
  const names = [...Object.keys(node._def.defaults), 'projectKey', 'projectSecret'];
  const values = Object.fromEntries(names.map((name) => [name, fieldText(node, name)]));
  const secret = values.projectSecret === UNCHANGED ? undefined : values.projectSecret;
  const [tls, proxy] = [chosen(values.tls), chosen(values.proxy)];
  const others = { tlsConfig: changedNode(tls), proxyConfig: changedNode(proxy) };
  return { ...values, id: node.id, projectSecret: secret, tls, proxy, ...others };
}

/** The id of the config node that a field selects. */
const chosen = (value: string | undefined): string => (value === '_ADD_' ? '' : (value ?? ''));

/** Properties and credentials of a config node as they are in the editor; `undefined` if they are deployed. */
function changedNode(id: string): object | undefined {
  const node = id === '' ? null : RED.nodes.node(id);
  if (!node?.changed) return undefined;
  const properties = Object.keys(node._def.defaults).map((name) => [name, Reflect.get(node, name)]);
  return { ...Object.fromEntries(properties), credentials: credentialsOf(node) };
}

/** The credentials that the editor knows: not a stored password, and only `has_…` shows that one was cleared. */
function credentialsOf({ _def, credentials = {} }: EditorNode): object {
  const names = Object.keys(_def.credentials ?? {});
  const values = names.map((name) => [
    name,
    credentials[name] ?? (credentials[`has_${name}`] === false ? '' : undefined),
  ]);
  return Object.fromEntries(values);
}
