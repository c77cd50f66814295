import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { type Client, type ClientOptions, EztError, formatEndpoint, openClient } from '../../cloud';
import type { Raw } from '../shared/raw-settings';
import { asError, translate } from '../shared/texts';
import { type Credentials, projectSettings } from './settings';

const CONFIG_TYPE = 'eztcloud-config';

/** One project and its one connection, shared by the nodes that join. */
export interface Project {
  /** The config node. */
  readonly node: Node;
  /** Why nothing can be done with it; `undefined` when all is well. */
  readonly problem: EztError | undefined;
  /** `undefined` when there is a problem. */
  readonly settings: ProjectSettings | undefined;
  /** `undefined` while no node uses it. */
  readonly client: Client | undefined;
  /** The first to join opens the connection. Throws the problem, if there is one. */
  join(user: Node): Client;
  /** The last to leave closes it, unless a deploy brings another at once. */
  leave(user: Node): void;
}
type ProjectSettings = Omit<ClientOptions, 'onError' | 'onWarning'>;

interface ConfigNode extends Node<Credentials> {
  project: Project;
}

/** What a core `tls-config` node can do. */
interface TlsNode extends Node {
  valid?: boolean;
  addTLSOptions(options: TlsOptions): void;
}

/** A user that a deploy replaces leaves before the new one joins: if no deploy ends, wait this long (ms). */
const LINGER = 3_000;

export function registerConfig(RED: NodeAPI): void {
  RED.nodes.registerType<ConfigNode, NodeDef, unknown, Credentials>(
    CONFIG_TYPE,
    function (this: ConfigNode, raw: NodeDef) {
      RED.nodes.createNode(this, raw);
      this.project = createProject(RED, this, raw as Raw);
    },
    { credentials: { projectKey: { type: 'text' }, projectSecret: { type: 'password' } } },
  );
}

/** The project of the config node with this id, if it is one. */
export function findProject(RED: NodeAPI, id: unknown): Project | undefined {
  const node = typeof id === 'string' && id !== '' ? RED.nodes.getNode(id) : undefined;
  return node?.type === CONFIG_TYPE ? (node as ConfigNode).project : undefined;
}

function createProject(RED: NodeAPI, node: ConfigNode, raw: Raw): Project {
  const users = new Set<Node>();
  let client: Client | undefined;
  let closing: Promise<void> = Promise.resolve();
  let lingering: NodeJS.Timeout | undefined;
  let problem: EztError | undefined;
  let settings: ProjectSettings | undefined;
  try {
    settings = { ...projectSettings(RED, raw, node.credentials ?? {}), tls: tlsOptions(RED, raw.tls) };
  } catch (error) {
    if (!(error instanceof EztError)) throw error;
    problem = translate(RED, error);
    node.error(problem);
  }

  function open(options: ProjectSettings): Client {
    const disk = options.disk && { disk: { ...options.disk, free: closing } };
    const opened = openClient({
      ...options,
      ...disk,
      onError: (error) => node.error(error instanceof EztError ? translate(RED, error) : asError(error)),
      onWarning: (warning) => node.warn(translate(RED, warning).message),
    });
    let said = '';
    opened.onChange(() => {
      const { state } = opened;
      const news = state.is === 'waiting' ? state.refusal.detail : state.is;
      if (news === said || state.is === 'connecting') return; // every attempt fails alike: once is enough
      said = news;
      if (state.is === 'waiting') node.warn(`${formatEndpoint(options.endpoint)}: ${news}`);
      else node.log(`${formatEndpoint(options.endpoint)}: ${news}`);
    });
    return opened;
  }

  function close(endSession: boolean): Promise<void> {
    clearTimeout(lingering);
    lingering = undefined;
    if (client) closing = client.close(endSession);
    client = undefined;
    return closing;
  }

  /** A session that no node has used of late has to be ended too: the broker would go on keeping messages for it. */
  function openToEnd({ disk, ...options }: ProjectSettings) {
    if (client || options.clean || !disk || !existsSync(disk.directory)) return;
    client = openClient({ ...options, onError: (error) => node.error(asError(error)) });
  }

  function closeIfUnused() {
    if (users.size === 0) void close(false);
  }

  const onStopping = () => client?.pause();
  const onStarted = () => {
    client?.resume();
    closeIfUnused();
  };
  RED.events.on('flows:stopping', onStopping);
  RED.events.on('flows:started', onStarted);
  node.on('close', (removed: boolean, done: () => void) => {
    RED.events.off('flows:stopping', onStopping);
    RED.events.off('flows:started', onStarted);
    const directory = removed ? settings?.disk?.directory : undefined;
    if (removed && settings) openToEnd(settings);
    close(removed && settings?.clean === false)
      .then(() => (directory ? rm(directory, { recursive: true, force: true }) : undefined))
      .catch((error: unknown) => node.error(asError(error)))
      .finally(done);
  });

  return {
    node,
    problem,
    settings,
    get client() {
      return client;
    },
    join(user) {
      if (!settings) throw problem ?? new EztError('noConfig');
      clearTimeout(lingering);
      users.add(user);
      client ??= open(settings);
      return client;
    },
    leave(user) {
      users.delete(user);
      if (users.size === 0 && client) lingering = setTimeout(closeIfUnused, LINGER);
    },
  };
}

/** What the core `tls-config` node with this id says; system authorities when there is none. Throws `EZT_CONFIG`. */
export function tlsOptions(RED: NodeAPI, id: unknown): TlsOptions {
  const options: TlsOptions = {};
  if (typeof id !== 'string' || id === '') return options;
  const node = RED.nodes.getNode(id) as TlsNode | null;
  if (node?.type !== 'tls-config' || node.valid === false) throw new EztError('tlsNode');
  node.addTLSOptions(options);
  return options;
}
