import type { Node, NodeAPI } from 'node-red';
import {
  type Aliases,
  type Client,
  type ClientUser,
  type DeviceMemory,
  EztError,
  type Listener,
} from '../../cloud';
import { type Project, runningProject } from '../eztcloud-config/runtime';
import { deploysOf } from './deploys';
import { definitionOf, isDisabled } from './flow-nodes';
import { problemStatus, setStatus, showStatus } from './status';
import { translate } from './texts';

/** Milliseconds that a closing node's messages get to be acknowledged. */
const CLOSE_TIMEOUT = 2_000;

/** What a node works with while it uses a project. */
export interface Joined<S> {
  user: ClientUser;
  /** What people call the project's devices. */
  aliases: Aliases;
  /** What is known of them; those that the node listens to are not forgotten. */
  memory: DeviceMemory;
  settings: S;
  /** What the node listens with, if it does. */
  listener: Listener | undefined;
  /** To be called when what the node has pending has changed: its status shows that. */
  changed(): void;
  /** A message has been sent, or has failed; the status shows it for a while. To be called before `changed`. */
  sent(): void;
  failed(error: unknown): void;
}

/** Why the node cannot work, or what it works with; and how to end that. */
type Membership<S> = { problem: EztError } | (Joined<S> & { problem: undefined; leave(): Promise<void> });

/**
 * Makes `node` a user of the project with the id `cloud` until it closes, and keeps its status up to date. `parse`
 * reads the node's own settings (throws `EZT_CONFIG`); `listenerOf` says what it listens to, if it does.
 * Both get the project's aliases: when those change, Node-RED restarts the node with the project. `begin` starts what
 * the node does by itself, and returns how to end that.
 *
 * Returns a function that gives what the node works with now, or throws the `EztError` that keeps it from working.
 * The result may change: a deploy may replace the project and leave the node alone, where Node-RED does not see that
 * the node uses it (a property of a subflow).
 */
export function joinProject<S, L extends Listener | undefined = undefined>(
  RED: NodeAPI,
  node: Node,
  cloud: unknown,
  parse: (aliases: Aliases) => S,
  listenerOf: (settings: S, aliases: Aliases, client: Client) => L = () => undefined as L,
  begin: (client: Client, settings: S, listener: L) => () => void = () => () => undefined,
): () => Joined<S> {
  let project = runningProject(RED, cloud);
  let joined = join();

  function join(): Membership<S> {
    try {
      if (!project) throw noProject(RED, cloud);
      return joinNow(project);
    } catch (error) {
      if (!(error instanceof EztError)) throw error;
      setStatus(RED, node, problemStatus(RED, error));
      // Once per deploy, in the log and the sidebar. A problem of the project is reported by its config node.
      if (error !== project?.problem) node.error(translate(RED, error));
      return { problem: error };
    }
  }

  function joinNow(to: Project): Membership<S> {
    const { aliases } = to;
    const settings = parse(aliases);
    const client = to.join(node);
    let listener: L;
    try {
      listener = listenerOf(settings, aliases, client);
    } catch (error) {
      to.leave(node);
      throw error;
    }
    const user = client.user();
    const end = begin(client, settings, listener);
    if (listener) client.listen(listener);
    const unkeep = client.memory.keep(listener?.devices ?? []);
    const refused = () => listener && client.refusalOf(listener);
    const status = showStatus(RED, node, { client, refused, pending: user.pending });
    return {
      problem: undefined,
      user,
      aliases,
      memory: client.memory,
      settings,
      listener,
      changed: status.changed,
      sent: status.sent,
      failed(error) {
        if (error instanceof EztError) status.failed(error);
      },
      async leave() {
        status.stop();
        unkeep();
        if (listener) client.unlisten(listener);
        end();
        await user.close(CLOSE_TIMEOUT);
        to.leave(node);
      },
    };
  }

  async function leave() {
    if (!joined.problem) await joined.leave();
  }

  const unwatch = deploysOf(RED).on('settle', () => {
    const now = runningProject(RED, cloud);
    if (now === project) return;
    project = now;
    leave().catch((error: Error) => node.error(error));
    joined = join();
  });
  node.on('close', (done: () => void) => {
    unwatch();
    leave().then(done, done);
  });
  return () => {
    if (joined.problem) throw joined.problem;
    return joined;
  };
}

function noProject(RED: NodeAPI, cloud: unknown): EztError {
  const definition = typeof cloud === 'string' ? definitionOf(RED, cloud) : undefined;
  if (!definition || !isDisabled(RED, definition)) return new EztError('noConfig');
  const { name, endpoint, id } = definition;
  return new EztError('projectDisabled', { project: String(name || endpoint || id) });
}
