import type { Node, NodeAPI, NodeDef } from 'node-red';
import { watchCredentials } from './eztcloud-config/lost-credentials';
import { deploysOf } from './shared/deploys';

// Loaded with the first node or the first request of a form: a palette that is not used costs no start-up time.
const palette = (): typeof import('./palette') => require('./palette');

/** The node types, each with what its credentials are. */
const TYPES = {
  'eztcloud-config': { projectKey: { type: 'text' }, projectSecret: { type: 'password' } },
  'ezt-in': undefined,
  'ezt-attr-out': undefined,
  'ezt-command-out': undefined,
  'ezt-device': undefined,
  'ezt-watch': undefined,
} as const;

/** The EZtCloud palette: registers the node types. What they do is in `palette.ts`. */
export = (RED: NodeAPI): void => {
  // What happens before the first node: the first deploy begins, and Node-RED reads the credentials.
  const before = { deploys: deploysOf(RED), credentialsLost: watchCredentials(RED) };
  let opened: ReturnType<ReturnType<typeof palette>['openPalette']> | undefined;
  const open = () => {
    opened ??= palette().openPalette(RED, before);
    return opened;
  };
  for (const [type, credentials] of Object.entries(TYPES)) {
    RED.nodes.registerType(
      type,
      function (this: Node, raw: NodeDef) {
        open()[type as keyof typeof TYPES].call(this, raw);
      },
      credentials && { credentials },
    );
  }
  // The routes are added behind this one, which the request goes on to.
  const openFirst = (_request: unknown, _response: unknown, next: () => void) => {
    open();
    next();
  };
  RED.httpAdmin.get(/^\/eztcloud\//i, openFirst);
  RED.httpAdmin.post(/^\/eztcloud\//i, openFirst);
};
