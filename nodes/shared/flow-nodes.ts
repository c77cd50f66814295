import type { NodeAPI, NodeDef } from 'node-red';
import { migrate } from '../migration/migrate';
import type { Properties } from '../migration/steps';

/** A node as the flows define it, running or not. */
export interface FlowNode extends NodeDef {
  /** Disabled, by itself. */
  d?: boolean;
  /** A tab that is disabled. */
  disabled?: boolean;
  endpoint?: unknown;
}

/**
 * How the flows, or those that are being deployed, define the node `id`; disabled ones too. In an instance of a subflow
 * the runtime calls the subflow's nodes `<instance>-<node>`.
 */
export function definitionOf(RED: NodeAPI, id: string): FlowNode | undefined {
  return find(allNodes(RED), id, () => undefined);
}

/** Whether a running node, or one that has just stopped, is still in the flows, or in those that are being deployed. */
export function isInFlows(RED: NodeAPI, { id, _alias }: { id: string; _alias: string | undefined }): boolean {
  const all = allNodes(RED);
  // The nodes of a subflow from a module are in no flow: they exist while their instance does.
  return _alias === undefined ? all.has(id) : find(all, id, (instance) => instance) !== undefined;
}

/** Whether a deploy leaves the node out, or the tab that it stands on. */
export function isDisabled(RED: NodeAPI, { d, z }: FlowNode): boolean {
  return d === true || allNodes(RED).get(z)?.disabled === true;
}

/** Whether the node `id` is in the flows and does not run there: it is disabled, or its tab, or an instance that it is in. */
export function isLeftOut(RED: NodeAPI, id: string): boolean {
  const parts = id.split('-');
  return parts.some((_, i) => {
    const definition = definitionOf(RED, parts.slice(0, i + 1).join('-'));
    return definition !== undefined && isDisabled(RED, definition);
  });
}

type Nodes = ReadonlyMap<string, FlowNode>;

/** Of this moment: thousands of nodes that close at once look for themselves. */
let found: { RED: NodeAPI; all: Nodes } | undefined;

function allNodes(RED: NodeAPI): Nodes {
  if (found?.RED === RED) return found.all;
  const all = new Map<string, FlowNode>();
  RED.nodes.eachNode((node) => all.set(node.id, migrate(node.type, node as NodeDef & Properties)));
  found = { RED, all };
  queueMicrotask(() => {
    found = undefined;
  });
  return all;
}

/** `inModule`: the result for a node in an instance that is not a subflow of these flows. */
function find(
  all: Nodes,
  id: string,
  inModule: (instance: FlowNode) => FlowNode | undefined,
): FlowNode | undefined {
  const node = all.get(id);
  if (node) return node;
  for (let at = id.indexOf('-'); at > 0; at = id.indexOf('-', at + 1)) {
    const instance = find(all, id.slice(0, at), inModule);
    if (!instance) continue;
    const [, subflow] = /^subflow:(.+)$/.exec(instance.type) ?? [];
    const inside = all.get(id.slice(at + 1));
    const found = subflow === undefined ? inModule(instance) : inside?.z === subflow ? inside : undefined;
    if (found) return found;
  }
  return undefined;
}
