import type { NodeAPI } from 'node-red';
import { attrOutNode } from './ezt-attr-out/runtime';
import { commandOutNode } from './ezt-command-out/runtime';
import { deviceNode } from './ezt-device/runtime';
import { inNode } from './ezt-in/runtime';
import { watchNode } from './ezt-watch/runtime';
import { registerAdmin } from './eztcloud-config/admin';
import { takeOverCredentials } from './eztcloud-config/lost-credentials';
import { configNode } from './eztcloud-config/runtime';
import { migrated } from './migration/runtime';
import { withCodes } from './shared/catch-code';
import { type Deploys, takeOverDeploys } from './shared/deploys';
import type { NodeType } from './shared/node-type';
import { keepOnTheWay } from './shared/on-the-way';

/**
 * Everything that runs, a bundle of its own. `before`: what `eztcloud.ts` has been watching, since this is loaded with the
 * first node only. Adds the routes of the forms, and returns the types: one line per node.
 */
export function openPalette(RED: NodeAPI, before: { deploys: Deploys; credentialsLost: () => boolean }) {
  takeOverDeploys(RED, before.deploys);
  keepOnTheWay(RED); // before any project: what waits comes before what is received meanwhile
  takeOverCredentials(RED, before.credentialsLost);
  registerAdmin(RED);
  const types = {
    'eztcloud-config': configNode(RED),
    'ezt-in': inNode(RED),
    'ezt-attr-out': attrOutNode(RED),
    'ezt-command-out': commandOutNode(RED),
    'ezt-device': deviceNode(RED),
    'ezt-watch': watchNode(RED),
  } satisfies Record<string, NodeType>;
  const each = Object.entries(types).map(([type, make]) => [type, withCodes(RED, migrated(RED, type, make))]);
  return Object.fromEntries(each) as Record<keyof typeof types, NodeType>;
}
