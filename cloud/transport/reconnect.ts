import { performance } from 'node:perf_hooks';
import { retryDelay } from './backoff';
import { connectBriefly } from './brief-connection';
import type { Connection } from './connection';
import { openConnection } from './connection';
import type { ConnectionOptions, ProtocolVersion } from './connection-options';
import { createUnfinished } from './connection-options';
import type { Connected } from './packets';
import type { Received } from './publish-packets';
import { needsAPerson, type Refusal } from './reason-codes';
import { createPortCheck } from './swapped-port';
import { createTakeovers, TAKEOVER_PERIOD } from './takeovers';
import { chooseVersion } from './version';
import { createVersionCheck } from './version-check';

/**
 * The state of a project's connection. `since` and `until`: milliseconds since the epoch; while it is not connected,
 * `since` says when it last was or, if it never was, when it was opened.
 */
export type State =
  | { is: 'idle' }
  | { is: 'connecting'; attempt: number; since: number }
  | { is: 'connected'; since: number; version: ProtocolVersion }
  | { is: 'waiting'; refusal: Refusal; until: number; since: number }
  | { is: 'closed' };

export interface ReconnectOptions extends Omit<ConnectionOptions, 'version' | 'unfinished'> {
  protocol: 'auto' | '5' | '3.1.1';
  /** Whether the client id is random, so that no other client has it. */
  randomClientId: boolean;
  /** Connects only when this has resolved. */
  after?: Promise<void>;
  /** For tests: milliseconds until the next attempt, instead of {@link retryDelay}. */
  retryDelay?: typeof retryDelay;
  /** Milliseconds until MQTT 5 is tried again with a broker that seems to know 3.1.1 only; 10 min by default. */
  recheckVersion?: number;
}

export interface ReconnectEvents {
  /** The broker has accepted the connection. The state becomes `connected` when this resolves (subscriptions). */
  onConnected(connection: Connection, connected: Connected): Promise<void>;
  onMessage(connection: Connection, received: Received): void;
  onNoSubscribers(): void;
  /** `refusal`: why; `undefined` when this client ended it. Returns `true` when something that was sent is the reason. */
  onDisconnected(refusal?: Refusal): boolean;
  onState(state: State): void;
}

/** A connection that is opened again whenever it ends, until `close`. */
export interface ReconnectingConnection {
  readonly state: State;
  /** Closes it before `deadline` (of `performance.now()`). `endSession`: the broker forgets the session. */
  close(endSession: boolean, deadline: number): Promise<void>;
}

/** After a connection of this length (ms) backoff starts anew. */
const STABLE = 5_000;
const RECHECK_VERSION = 600_000;

export function openReconnecting(options: ReconnectOptions, events: ReconnectEvents): ReconnectingConnection {
  const delay = options.retryDelay ?? retryDelay;
  let state: State = { is: 'idle' };
  let connection: Connection | undefined;
  let timer: NodeJS.Timeout | undefined;
  const choice = chooseVersion(options.protocol);
  let failures = 0;
  let disconnected = Date.now();
  const since = () => {
    if (state.is === 'connected') disconnected = Date.now();
    return disconnected;
  };
  /** Whether it has been connected: then the port is the right one. */
  let known = false;
  let closing = false;
  const takeovers = createTakeovers(options.randomClientId);
  const versionCheck = createVersionCheck(options, options.recheckVersion ?? RECHECK_VERSION);
  const unfinished = createUnfinished();
  const port = createPortCheck(options, (refusal) => {
    if (state.is === 'waiting' && !closing) enter({ ...state, refusal });
  });

  function enter(next: State) {
    state = next;
    events.onState(state);
  }

  function connect() {
    enter({ is: 'connecting', attempt: failures + 1, since: since() });
    let connectedAt: number | undefined;
    const { version } = choice;
    const mine = openConnection(
      { ...options, version, ...(!options.clean && { unfinished }) },
      {
        onConnected(connected) {
          connectedAt = performance.now();
          known = true;
          choice.connected();
          if (choice.guessed) versionCheck.start(() => upgrade(mine));
          void events.onConnected(mine, connected).then(() => {
            if (connection === mine) enter({ is: 'connected', since: Date.now(), version });
          });
        },
        onMessage: (received) => events.onMessage(mine, received),
        onNoSubscribers: events.onNoSubscribers,
        onClosed(refusal) {
          connection = undefined;
          versionCheck.stop();
          const ours = events.onDisconnected(refusal);
          ended(refusal, connectedAt === undefined ? undefined : performance.now() - connectedAt, ours);
        },
      },
    );
    connection = mine;
  }

  /** `lifetime`: ms since CONNACK; `undefined` without CONNACK. `ours`: something that was sent is the reason. */
  function ended(refusal: Refusal, lifetime: number | undefined, ours: boolean) {
    const named = known ? refusal : port.name(refusal);
    if (choice.ended(named, lifetime !== undefined)) return connect();
    // The reason is neither the network nor another client, so the other messages need no longer delay.
    if (ours) takeovers.forgive();
    if (ours || (lifetime !== undefined && lifetime >= STABLE)) failures = 0;
    failures += 1;
    const { why, wait } = nextAttempt(named, ours ? undefined : lifetime);
    enter({ is: 'waiting', refusal: why, until: Date.now() + wait, since: since() });
    timer = setTimeout(connect, wait);
  }

  function upgrade(mine: Connection) {
    choice.upgrade();
    connection = undefined;
    events.onDisconnected();
    enter({ is: 'connecting', attempt: 1, since: since() });
    void mine.close(false).then(() => !closing && connect());
  }

  function nextAttempt(refusal: Refusal, lifetime: number | undefined): { why: Refusal; wait: number } {
    const suspect = refusal.trouble === 'lost' && lifetime !== undefined && lifetime < STABLE;
    const takenOver = takeovers.ended(refusal, suspect);
    if (takenOver) return { why: takenOver, wait: suspect ? delay(failures, true) : TAKEOVER_PERIOD };
    return { why: refusal, wait: delay(failures, needsAPerson(refusal)) };
  }

  if (options.after) {
    enter({ is: 'connecting', attempt: 1, since: since() });
    void options.after.then(() => !closing && connect());
  } else connect();

  return {
    get state() {
      return state;
    },
    async close(endSession, deadline) {
      closing = true;
      clearTimeout(timer);
      versionCheck.stop();
      port.stop();
      const left = () => Math.max(0, deadline - performance.now());
      const last = connection;
      const { version } = choice;
      const endedByDisconnect = state.is === 'connected' && version === 5;
      connection = undefined;
      await last?.close(endSession, left());
      // The only way to end a session with MQTT 3.1.1, or when we are not connected.
      if (endSession && !options.clean && !endedByDisconnect)
        await connectBriefly({ ...options, version, clean: true }, left());
      enter({ is: 'closed' });
    },
  };
}
