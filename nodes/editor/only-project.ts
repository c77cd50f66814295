import type { UsesProject } from './aliases';
import { offerEmulator } from './first-project';
import { field, fieldText } from './form';
import type { AddedNode, EditorConfigNode } from './red';

/** Gives a node from the palette its project, if there is only one to choose. For `onadd`. */
export function takeOnlyProject(this: AddedNode): void {
  if (this.x === undefined && this.cloud === '') this.cloud = onlyProject(this.z) ?? '';
}

/** Chooses the only project in the form of a node that has none. For `oneditprepare`. */
export function chooseOnlyProject(node: UsesProject): void {
  const chosen = fieldText(node, 'cloud') ?? '';
  if (node.cloud || (chosen !== '' && chosen !== '_ADD_')) return;
  const only = onlyProject(RED.workspaces.active());
  if (only !== undefined) field(node, 'cloud').val(only);
  else offerEmulator(node);
}

/** The only project that nodes of the flow `z` can use; `undefined` if there is none, or a choice. */
function onlyProject(z: string | undefined): string | undefined {
  const found: EditorConfigNode[] = [];
  RED.nodes.eachConfig((config) => {
    const usable = config.type === 'eztcloud-config' && !config.d && (!config.z || config.z === z);
    if (usable) found.push(config);
  });
  return found.length === 1 ? found[0]?.id : undefined;
}
