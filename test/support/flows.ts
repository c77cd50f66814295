import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Node, NodeAPI, NodeInitializer } from '@node-red/registry';
import helper, { type Credentials, type DeployType, type Flow } from 'node-red-node-test-helper';
import { temporaryDirectory } from './cleanup';
import { within } from './events';
import { forgetStatuses } from './statuses';

/** Files of Node-RED's own nodes, by the types they register; `catch`, `status` and `complete` the helper loads. */
const CORE: Readonly<Record<string, string>> = {
  inject: 'common/20-inject.js',
  debug: 'common/21-debug.js',
  'link in': 'common/60-link.js',
  'link out': 'common/60-link.js',
  function: 'function/10-function.js',
  switch: 'function/10-switch.js',
  change: 'function/15-change.js',
  delay: 'function/89-delay.js',
  'tls-config': 'network/05-tls.js',
  'http proxy': 'network/06-httpproxy.js',
  'http request': 'network/21-httprequest.js',
  split: 'sequence/17-split.js',
  join: 'sequence/17-split.js',
  json: 'parsers/70-JSON.js',
};

/** Our nodes, as built. */
const OURS = join(__dirname, '../../nodes/eztcloud.js');
const load = createRequire(__filename);

export type { Credentials, DeployType, Flow } from 'node-red-node-test-helper';

export interface LoadOptions {
  /** By node id. */
  credentials?: Credentials;
  /** Node-RED settings besides `userDir`, which is a temporary directory. */
  settings?: Readonly<Record<string, unknown>>;
  /** Further node sets. */
  nodes?: NodeInitializer[];
}

/**
 * Starts `flow` in Node-RED's runtime inside this process, with our nodes and the core nodes that it uses.
 * `{ id: 'h', type: 'helper' }` is a node that a test can listen to. End it with `unload`.
 */
export async function loadFlow(flow: Flow, options: LoadOptions = {}): Promise<void> {
  forgetStatuses();
  await helper.startServer();
  helper.settings({ userDir: temporaryDirectory('user'), ...options.settings });
  const files = new Set(flow.flatMap(({ type }) => CORE[String(type)] ?? []));
  const sets = [...files].map((file) => load(`@node-red/nodes/core/${file}`) as NodeInitializer);
  if (existsSync(OURS)) sets.push(ours());
  sets.unshift(addHooks);
  await helper.load([...sets, ...(options.nodes ?? [])], flow, options.credentials);
}

/** The runtime's hooks, which the helper leaves out of what it gives to nodes. */
function addHooks(RED: NodeAPI): void {
  RED.hooks = (load('@node-red/util') as { hooks: NodeAPI['hooks'] }).hooks;
}

/** Our node set as Node-RED gets it, be it `module.exports = function` or a default export. */
function ours(): NodeInitializer {
  const exported = load(OURS) as NodeInitializer | { default: NodeInitializer };
  return typeof exported === 'function' ? exported : exported.default;
}

/**
 * Deploys `flow` as the editor does: what is unchanged keeps running unless `type` is `full`. Credentials stay
 * unless a node of `flow` brings its own as `credentials`. Resolves when the new flows have started.
 */
export async function deploy(flow: Flow, type: DeployType = 'full', timeout = 20_000): Promise<void> {
  const started = new Promise<void>((resolve) => helper._events.once('flows:started', () => resolve()));
  await helper._redNodes.setFlows(flow, null, type);
  await within(started, timeout, 'the flows to start');
}

/** Stops the flows and everything that `loadFlow` started. Do it in `afterEach`. */
export async function unload(): Promise<void> {
  await helper.unload();
  await helper.stopServer();
}

/** Stops the flows as Node-RED does before it ends; `unload` is still to come. */
export const stopFlows = (): Promise<void> => helper._redNodes.stopFlows();

/** The running node `id`; throws if there is none. */
export function nodeOf(id: string): Node {
  const node = helper.getNode(id);
  if (!node) throw new Error(`The flow has no running node ${id}`);
  return node;
}

/**
 * A request to the admin API of this Node-RED: path with leading slash; `body` is sent as JSON by POST, unless `options`
 * say otherwise.
 */
export async function admin(path: string, body?: unknown, options: RequestInit = {}): Promise<Response> {
  const server = createServer(helper._httpAdmin);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const headers = { connection: 'close', 'content-type': 'application/json' };
  const init = { ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }), ...options };
  try {
    return await fetch(`http://127.0.0.1:${port}${path}`, {
      ...init,
      headers: { ...headers, ...options.headers },
    });
  } finally {
    server.close();
  }
}
