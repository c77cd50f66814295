import type { Node, NodeAPI } from 'node-red';
import { type Client, EztError } from '../../cloud';
import { findProject } from '../eztcloud-config/runtime';
import { problemStatus, type StatusSource, showStatus } from './status';
import { translate } from './texts';

/** What a node may have on the way when it closes gets this long (ms) to be acknowledged. */
const RELEASE = 2_000;

/** What a palette node works with, or why it cannot. */
export type Membership<S> =
  | { problem: EztError }
  | { problem: undefined; client: Client; settings: S; changed(): void };

/**
 * Makes `node` a user of the project that `cloud` names, with a status that is kept true, until it closes.
 * `parse` reads the node's own settings; `attach` may say more, and what to undo on closing.
 */
export function joinProject<S>(
  RED: NodeAPI,
  node: Node,
  cloud: unknown,
  parse: () => S,
  attach: (client: Client, settings: S) => { refused: StatusSource['refused']; detach(): void },
): Membership<S> {
  try {
    const project = findProject(RED, cloud);
    if (!project) throw new EztError('noConfig');
    const settings = parse();
    const client = project.join(node);
    const { refused, detach } = attach(client, settings);
    const status = showStatus(RED, node, { client, refused, pending: () => client.pending(node) });
    node.on('close', (done: () => void) => {
      status.stop();
      detach();
      client.release(node, RELEASE).then(() => {
        project.leave(node);
        done();
      }, done);
    });
    return { problem: undefined, client, settings, changed: status.changed };
  } catch (error) {
    if (!(error instanceof EztError)) throw error;
    node.status(problemStatus(RED, error));
    // Once per deploy, in the log and the sidebar; a problem of the project is its config node's to tell.
    if (error !== findProject(RED, cloud)?.problem) node.error(translate(RED, error));
    return { problem: error };
  }
}
