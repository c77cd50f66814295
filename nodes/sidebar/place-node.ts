import { formatItem } from '../editor/lists';
import type { EditorConfigNode } from '../editor/red';
import { say } from './say';
import type { WorkspaceNode } from './workspace';

/** The nodes that the sidebar makes for a device. */
export const READY_TYPES = ['ezt-in', 'ezt-attr-out', 'ezt-command-out'] as const;
export type ReadyType = (typeof READY_TYPES)[number];

/** A device of a project, and what is to be made of it. */
export interface ReadyNode {
  type: ReadyType;
  /** Id of the config node. */
  project: string;
  /** Its username. */
  device: string;
}

/** Pixels between a new node and the ones that stand there. */
const ROOM = { across: 120, down: 40 };

/**
 * Puts a node for a device on the flow that is shown, at `at` (of the workspace) or where there is room. It is selected,
 * and can be undone. Says why if it cannot. Returns whether it did.
 */
export function placeNode({ type, project, device }: ReadyNode, at?: { x: number; y: number }): boolean {
  const flow = RED.workspaces.active();
  if (!flow || RED.workspaces.isLocked?.()) return refuse('locked');
  const config = configOf(project);
  if (!config) return refuse('notDeployed');
  if (config.z && config.z !== flow) return refuse('otherFlow');
  const place = at ?? freePlace(flow);
  const made = RED.view.createNode(type, place.x, place.y);
  if (!made) return false;
  const { node, historyEvent } = made;
  Object.assign(
    node,
    { cloud: project },
    type === 'ezt-in' ? { devices: [device] } : { device: formatItem(device) },
  );
  const added = RED.nodes.add(node, { source: 'palette' }) ?? node;
  if (RED.view.snapGrid) {
    const offset = RED.view.tools.calculateGridSnapOffsets(added);
    added.x -= offset.x;
    added.y -= offset.y;
  }
  RED.history.push(historyEvent);
  RED.editor.validateNode(added);
  RED.nodes.dirty(true);
  RED.view.select({ nodes: [added] });
  RED.view.redraw(true);
  return true;
}

function refuse(why: 'locked' | 'notDeployed' | 'otherFlow'): false {
  RED.notify(say(`sidebar.cannotAdd.${why}`), { type: 'warning', timeout: 4_000 });
  return false;
}

function configOf(id: string): EditorConfigNode | undefined {
  let found: EditorConfigNode | undefined;
  RED.nodes.eachConfig((node) => {
    if (node.id === id && node.type === 'eztcloud-config') found = node;
    return true;
  });
  return found;
}

/** In the part of the flow that is seen, below whatever stands there. */
function freePlace(flow: string): { x: number; y: number } {
  const chart = $('#red-ui-workspace-chart');
  const scale = RED.view.scale();
  const x = ((chart.scrollLeft() ?? 0) + (chart.width() ?? 0) / 2) / scale;
  let y = ((chart.scrollTop() ?? 0) + (chart.height() ?? 0) / 4) / scale;
  const others = RED.nodes.filterNodes({ z: flow });
  const isTaken = (node: WorkspaceNode) =>
    Math.abs(node.x - x) < (node.w + ROOM.across) / 2 + 60 && Math.abs(node.y - y) < ROOM.down;
  for (let i = 0; i < 100 && others.some(isTaken); i += 1) y += ROOM.down;
  return { x, y };
}
