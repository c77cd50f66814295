import type { EditorNode } from '../editor/red';
import { isOurs, migrate } from './migrate';

type Properties = Record<string, unknown>;

/**
 * A node as Node-RED's editor holds it. `_config`: each property as JSON, as it was loaded or imported; `__node__`: the node
 * behind the proxy that refuses to write to a locked flow.
 */
type Added = EditorNode & Properties & { type: string; _config?: Properties; __node__?: Properties };

/**
 * Nodes that are loaded or imported are migrated in place, so that forms, labels and exports know one version only. They do
 * not become "changed" by it: the next deploy saves them as they are then.
 */
export function migrateAdded(): void {
  RED.events.on('nodes:add', (node: Added) => {
    if (!isOurs(node.type)) return;
    const { _config: loaded, __node__: behind = node } = node;
    const { defaults } = node._def;
    // An import fills in what a node lacks, its version too; the steps get what was saved, as in the runtime.
    const names = Object.keys(defaults).filter((name) => !loaded || loaded[name] !== undefined);
    const saved = Object.fromEntries(names.map((name) => [name, node[name]]));
    const migrated = migrate(node.type, saved);
    if (migrated === saved) return;
    // The steps may have changed which config nodes it uses.
    RED.nodes.updateConfigNodeUsers(node, { action: 'remove' });
    for (const name of names) if (!Object.hasOwn(migrated, name)) delete behind[name];
    Object.assign(behind, migrated);
    RED.nodes.updateConfigNodeUsers(node, { action: 'add' });
    if (loaded) loaded.version = JSON.stringify(migrated.version); // added again when its removal is undone
  });
}
