import type { Node, NodeAPI, NodeDef } from 'node-red';
import {
  type Aliases,
  type Client,
  EztError,
  formatEndpoint,
  formatProxy,
  NO_ALIASES,
  openClient,
} from '../../cloud';
import { deploysOf } from '../shared/deploys';
import type { NodeType } from '../shared/node-type';
import { type Raw, text } from '../shared/raw-settings';
import { asError, translate } from '../shared/texts';
import { takeOverDirectory } from './directory';
import { emulatorOf, isLocal } from './emulator';
import { leaveConnection, standingOf, takeConnection } from './handover';
import { projectProxy } from './proxy';
import { end, hasStarted, type ProjectSettings, watchRemoved } from './removal';
import { type Credentials, projectSettings } from './settings';
import { tlsOptions } from './tls';

const CONFIG_TYPE = 'eztcloud-config';

/** One project and its one connection, shared by the nodes that join. */
export interface Project {
  /** The config node. */
  readonly node: Node;
  /** Why it cannot be used; `undefined` when it can. */
  readonly problem: EztError | undefined;
  /** `undefined` when there is a problem. */
  readonly settings: ProjectSettings | undefined;
  /** What people call its devices. Throws the problem, if there is one. */
  readonly aliases: Aliases;
  /** `undefined` while no node uses it. */
  readonly client: Client | undefined;
  /**
   * Makes `user` a user of the connection, which the first one opens. Throws the problem, if there is one, and `EZT_CLOSED` when
   * the config node has closed: nobody would end the connection.
   */
  join(user: Node): Client;
  /** The last user closes the connection, unless a deploy brings another one at once. */
  leave(user: Node): void;
}

interface ConfigNode extends Node<Credentials> {
  project: Project;
}

/** Config nodes inside subflows, which the editor knows by the id of their template. */
const inSubflows = new Set<ConfigNode>();

/** `eztcloud-config`: one project, and its connection. */
export function configNode(RED: NodeAPI): NodeType {
  watchRemoved(RED);
  return function (this: Node, raw: NodeDef) {
    const node = this as ConfigNode;
    RED.nodes.createNode(node, raw);
    node.project = createProject(RED, node, raw as Raw);
    if (node._alias !== undefined) inSubflows.add(node);
  };
}

/** The project of the running config node with this id. */
export function runningProject(RED: NodeAPI, id: unknown): Project | undefined {
  const node = typeof id === 'string' && id !== '' ? RED.nodes.getNode(id) : undefined;
  return node?.type === CONFIG_TYPE ? (node as ConfigNode).project : undefined;
}

/** The project of the config node with the id `id` in the editor. In a subflow it is one of its instances, if possible one in use. */
export function findProject(RED: NodeAPI, id: unknown): Project | undefined {
  const instances = () => [...inSubflows].filter(({ _alias }) => _alias === id).map(({ project }) => project);
  return runningProject(RED, id) ?? instances().find(({ client }) => client) ?? instances()[0];
}

function createProject(RED: NodeAPI, node: ConfigNode, raw: Raw): Project {
  const deploys = deploysOf(RED);
  const users = new Set<Node>();
  let client: Client | undefined;
  let closing: Promise<void> = Promise.resolve();
  let closed = false;
  let problem: EztError | undefined;
  let settings: ProjectSettings | undefined;
  let reporter: { node: Node } = { node };
  const standing = standingOf(RED, node.id);
  try {
    const own = projectSettings(RED, raw, node.credentials ?? {});
    const proxy = projectProxy(RED, text(raw, 'proxy'), own.endpoint);
    settings = { ...own, tls: tlsOptions(RED, raw.tls), proxy };
    if (settings.disk) takeOverDirectory(RED, node.id);
  } catch (error) {
    if (settings) node.warn(asError(error));
    else if (error instanceof EztError) {
      problem = translate(RED, error);
      node.error(problem);
    } else throw error;
  }

  const emulator = settings && isLocal(settings) && { after: emulatorOf(RED).startFor(settings) };
  takeOver();

  /** The connection of the project that this one replaces, if only the aliases are others. */
  function takeOver() {
    const kept = takeConnection(node.id, settings);
    if (!kept) return;
    if (!kept.fits || !settings) {
      closing = kept.client.close(false);
      return;
    }
    settings = { ...settings, clientId: kept.settings.clientId };
    ({ client, reporter } = kept);
    reporter.node = node;
    client.rename(settings.aliases ?? NO_ALIASES);
  }

  function open(options: ProjectSettings): Client {
    const disk = options.disk && { disk: { ...options.disk, free: closing } };
    const opened = openClient({
      ...options,
      ...disk,
      ...emulator,
      onError: (error) =>
        reporter.node.error(error instanceof EztError ? translate(RED, error) : asError(error)),
      onWarning: (warning) => reporter.node.warn(translate(RED, warning).message),
    });
    if (deploys.running) opened.pause();
    const via = options.proxy ? ` (${formatProxy(options.proxy)})` : '';
    const place = formatEndpoint(options.endpoint) + via;
    let logged = '';
    opened.onChange(() => {
      const { state } = opened;
      const news = state.is === 'waiting' ? state.refusal.detail : state.is;
      if (news === logged || state.is === 'connecting') return; // attempts that fail for the same reason are logged once
      logged = news;
      if (state.is === 'waiting') reporter.node.warn(`${place}: ${news}`);
      else reporter.node.log(`${place}: ${news}`);
    });
    return opened;
  }

  /** During a deploy another user may still come. */
  function closeIfUnused() {
    if (users.size > 0 || deploys.running || !client) return;
    closing = client.close(false);
    client = undefined;
  }

  const offs = [
    deploys.on('begin', () => client?.pause()),
    deploys.on('end', () => {
      client?.resume();
      closeIfUnused();
    }),
  ];
  hasStarted(node.id);
  node.on('close', (done: () => void) => {
    for (const off of offs) off();
    inSubflows.delete(node);
    closed = true;
    const last = client;
    client = undefined;
    if (last && settings && leaveConnection(RED, node.id, standing, { client: last, settings, reporter })) {
      done();
      return;
    }
    const free = last ? Promise.resolve() : closing; // not while the last connection is closing
    free
      .then(() => end(RED, { id: node.id, _alias: node._alias, settings }, last))
      .catch((error: unknown) => node.error(asError(error)))
      .finally(done);
  });

  return {
    node,
    problem,
    settings,
    get aliases() {
      if (!settings) throw problem ?? new EztError('noConfig');
      return settings.aliases ?? NO_ALIASES;
    },
    get client() {
      return client;
    },
    join(user) {
      if (closed) throw new EztError('closed');
      if (!settings) throw problem ?? new EztError('noConfig');
      users.add(user);
      client ??= open(settings);
      return client;
    },
    leave(user) {
      users.delete(user);
      closeIfUnused();
    },
  };
}
