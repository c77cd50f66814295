import type { Node, NodeAPI } from 'node-red';
import { type Client, EztError } from '../../cloud';
import { type Project, runningProject } from '../eztcloud-config/runtime';
import { deploysOf } from './deploys';
import { definitionOf, isDisabled } from './flow-nodes';
import { problemStatus, type StatusSource, setStatus, showStatus } from './status';
import { translate } from './texts';

/** What a node may have on the way when it closes gets this long (ms) to be acknowledged. */
const RELEASE = 2_000;

/** What a palette node works with, or why it cannot. */
export type Membership<S> =
  | { problem: EztError }
  | { problem: undefined; client: Client; settings: S; changed(): void };

type Joined<S> = Membership<S> & { leave(): Promise<void> };

/**
 * Makes `node` a user of the project that `cloud` names, with a status that is kept true, until it closes. Returns what
 * it works with now: a deploy may put another project in the place of the first and leave the node alone, where Node-RED
 * does not see that it uses it (a property of a subflow).
 * `parse` reads the node's own settings; `attach` may say more, and what to undo on leaving.
 */
export function joinProject<S>(
  RED: NodeAPI,
  node: Node,
  cloud: unknown,
  parse: () => S,
  attach: (client: Client, settings: S) => { refused: StatusSource['refused']; detach(): void },
): () => Membership<S> {
  let project = runningProject(RED, cloud);
  let joined = join();

  function join(): Joined<S> {
    try {
      if (!project) throw noProject(RED, cloud);
      return joinNow(project);
    } catch (error) {
      if (!(error instanceof EztError)) throw error;
      setStatus(RED, node, problemStatus(RED, error));
      // Once per deploy, in the log and the sidebar; a problem of the project is its config node's to tell.
      if (error !== project?.problem) node.error(translate(RED, error));
      return { problem: error, leave: () => Promise.resolve() };
    }
  }

  function joinNow(to: Project): Joined<S> {
    const settings = parse();
    const client = to.join(node);
    const { refused, detach } = attach(client, settings);
    const status = showStatus(RED, node, { client, refused, pending: () => client.pending(node) });
    return {
      problem: undefined,
      client,
      settings,
      changed: status.changed,
      async leave() {
        status.stop();
        detach();
        await client.release(node, RELEASE);
        to.leave(node);
      },
    };
  }

  const unwatch = deploysOf(RED).on('settle', () => {
    const now = runningProject(RED, cloud);
    if (now === project) return;
    project = now;
    joined.leave().catch((error: Error) => node.error(error));
    joined = join();
  });
  node.on('close', (done: () => void) => {
    unwatch();
    joined.leave().then(done, done);
  });
  return () => joined;
}

function noProject(RED: NodeAPI, cloud: unknown): EztError {
  const definition = typeof cloud === 'string' ? definitionOf(RED, cloud) : undefined;
  if (!definition || !isDisabled(RED, definition)) return new EztError('noConfig');
  const { name, endpoint, id } = definition;
  return new EztError('projectDisabled', { project: String(name || endpoint || id) });
}
