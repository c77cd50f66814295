import type { EditorNode } from '../editor/red';
import { currentVersion, isOurs, migrate } from './migrate';

/** A node as Node-RED's editor holds it; `_config`: each property as JSON, as it was loaded or imported. */
type Added = EditorNode & Record<string, unknown> & { type: string; _config?: Record<string, unknown> };

/**
 * Nodes that are loaded or imported are migrated in place, so that forms, labels and exports know one version only. They do
 * not become "changed" by it: the next deploy saves them as they are then.
 */
export function migrateAdded(): void {
  RED.events.on('nodes:add', (node: Added) => {
    if (!isOurs(node.type)) return;
    const { _config: loaded } = node;
    const properties = Object.fromEntries(Object.keys(node._def.defaults).map((name) => [name, node[name]]));
    // An import fills in what a node lacks: its version too, which then is not the one that it was saved in.
    const saved = loaded && loaded.version === undefined ? { ...properties, version: 1 } : properties;
    const migrated = migrate(node.type, saved);
    if (migrated === saved) return;
    Object.assign(node, migrated);
    if (loaded) loaded.version = String(currentVersion(node.type)); // added again when its removal is undone
  });
}
