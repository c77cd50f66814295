import type { Node, NodeAPI } from 'node-red';
import type { Client } from '../../cloud';
import { deploysOf } from '../shared/deploys';
import { definitionOf } from '../shared/flow-nodes';
import type { ProjectSettings } from './removal';

// A deploy that changes nothing of a project but its aliases restarts the config node, because Node-RED knows no less.
// Its connection need not notice: the old project leaves the client here, and the new one takes it.

/** A connection with the settings that it was made with. */
export interface Connected {
  client: Client;
  settings: ProjectSettings;
  /** What happens to the connection is reported by this config node. */
  reporter: { node: Node };
}

/** How a project stands in the flows: whatever decides on the connection, and the aliases. */
export interface Standing {
  connection: string;
  aliases: string;
}

const left = new Map<string, Connected>();

/** How the project `id` stands in the flows now; `undefined` if it does not, or in a subflow. */
export function standingOf(RED: NodeAPI, id: string): Standing | undefined {
  const definition = definitionOf(RED, id);
  if (!definition) return undefined;
  const { aliases, x, y, ...rest } = { ...definition } as Record<string, unknown>;
  const others = Object.values(rest).flatMap((value) =>
    typeof value === 'string' && value !== '' && value !== id ? [definitionOf(RED, value)] : [],
  );
  const used = others.filter((other) => other !== undefined);
  const secrets = [id, ...used.map((other) => other.id)].map((each) => RED.nodes.getCredentials(each));
  return {
    connection: JSON.stringify([rest, used, secrets]),
    aliases: JSON.stringify(aliases ?? {}),
  };
}

/**
 * Leaves the connection of the project `id`, which is closing, to the one that is about to take its place. Returns whether it
 * does: only where a deploy has changed the aliases and nothing else. If nobody has taken it when the deploy is over, it is closed.
 */
export function leaveConnection(
  RED: NodeAPI,
  id: string,
  before: Standing | undefined,
  it: Connected,
): boolean {
  const deploys = deploysOf(RED);
  const now = standingOf(RED, id);
  if (!deploys.editing || !before || !now) return false;
  if (now.connection !== before.connection || now.aliases === before.aliases) return false;
  left.set(id, it);
  const off = deploys.on('end', () => {
    off();
    if (left.get(id) !== it) return;
    left.delete(id);
    void it.client.close(false);
  });
  return true;
}

/** The connection that was left for the project `id`, and whether it is as `settings` want it. */
export function takeConnection(
  id: string,
  settings: ProjectSettings | undefined,
): (Connected & { fits: boolean }) | undefined {
  const it = left.get(id);
  left.delete(id);
  return it && { ...it, fits: settings !== undefined && essence(settings) === essence(it.settings) };
}

/** Environment variables may have changed as well. */
function essence({ aliases: _, randomClientId, clientId, ...settings }: ProjectSettings): string {
  return JSON.stringify({ ...settings, randomClientId, clientId: randomClientId ? '' : clientId });
}
