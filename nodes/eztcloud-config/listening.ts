import { performance } from 'node:perf_hooks';
import { CHANNELS, type Client, EztError, type Listener } from '../../cloud';
import type { Project } from './runtime';

/** Milliseconds after which listening to everything ends by itself. */
const LISTENING = 30_000;
/** Editors that listen at the same time. */
const MOST = 100;

/** Everything that the devices of a project send. Nobody takes it: only the device memory learns from it. */
const EVERYTHING: Listener = { devices: [], channels: CHANNELS, streams: [], qos: 0, unshared: true };

interface Session {
  until: number;
  /** The open forms that have asked for it. */
  askers: Set<string>;
  stop(): void;
}

/** A connection listens to everything once, however many ask. */
const sessions = new WeakMap<Client, Session>();

/**
 * Listens to everything of `project` for 30 s, so that pickers can offer what no node subscribes to; flows get nothing of it.
 * If it listens already, `asker` joins in for the time that is left. It ends earlier when the last asker stops, or when the
 * config node closes. Returns the milliseconds left. Throws `EZT_CONFIG` if the project cannot be used.
 */
export function listenToEverything(project: Project, asker: string): number {
  if (!project.settings) throw project.problem ?? new EztError('noConfig');
  const running = project.client && sessions.get(project.client);
  const session = running ?? start(project);
  if (session.askers.size < MOST) session.askers.add(asker);
  return left(session);
}

function start(project: Project): Session {
  const { node } = project;
  // Without any node that uses the project, this opens the connection.
  const client = project.join(node);
  const end = () => {
    if (sessions.get(client) !== session) return;
    sessions.delete(client);
    clearTimeout(timer);
    client.unlisten(listener);
    project.leave(node);
  };
  // Not while the node closes: it goes through its listeners then.
  const stop = () => {
    end();
    node.removeListener('close', end);
  };
  const timer = setTimeout(stop, LISTENING);
  const session: Session = { until: performance.now() + LISTENING, askers: new Set(), stop };
  const listener = { ...EVERYTHING };
  sessions.set(client, session);
  client.listen(listener);
  node.on('close', end);
  return session;
}

/** `asker` does not need it any more. */
export function stopListening({ client }: Project, asker: string): void {
  const session = client && sessions.get(client);
  if (session?.askers.delete(asker) && session.askers.size === 0) session.stop();
}

/** Milliseconds for which the project still listens to everything; 0: it does not. */
export function listeningFor({ client }: Project): number {
  const session = client && sessions.get(client);
  return session ? left(session) : 0;
}

const left = ({ until }: Session): number => Math.max(1, Math.ceil(until - performance.now()));
