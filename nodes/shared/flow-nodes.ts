import type { NodeAPI, NodeDef } from 'node-red';

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
 * the runtime calls the subflow's nodes `<instance>-<node>`. Of a subflow that a module brings no flow has the nodes:
 * the instance is returned for them.
 */
export function definitionOf(RED: NodeAPI, id: string): FlowNode | undefined {
  return find(allNodes(RED), id);
}

/** Whether a deploy leaves the node out, or the tab that it stands on. */
export function isDisabled(RED: NodeAPI, { d, z }: FlowNode): boolean {
  return d === true || allNodes(RED).get(z)?.disabled === true;
}

function allNodes(RED: NodeAPI): Map<string, FlowNode> {
  const all = new Map<string, FlowNode>();
  RED.nodes.eachNode((node) => all.set(node.id, node));
  return all;
}

function find(all: ReadonlyMap<string, FlowNode>, id: string): FlowNode | undefined {
  const node = all.get(id);
  if (node) return node;
  for (let at = id.indexOf('-'); at > 0; at = id.indexOf('-', at + 1)) {
    const instance = find(all, id.slice(0, at));
    if (!instance) continue;
    const [, subflow] = /^subflow:(.+)$/.exec(instance.type) ?? [];
    const inside = all.get(id.slice(at + 1));
    if (subflow === undefined) return instance;
    if (inside?.z === subflow) return inside;
  }
  return undefined;
}
