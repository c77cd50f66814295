import { randomUUID } from 'node:crypto';
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
import { chooseVersion, provesVersion5 } from './version';

/** The state of a project's connection. `since` and `until`: milliseconds since the epoch. */
export type State =
  | { is: 'idle' }
  | { is: 'connecting'; attempt: number }
  | { is: 'connected'; since: number; version: ProtocolVersion }
  | { is: 'waiting'; refusal: Refusal; until: number }
  | { is: 'closed' };

export interface ReconnectOptions extends Omit<ConnectionOptions, 'version' | 'unfinished'> {
  protocol: 'auto' | '5' | '3.1.1';
  /** Whether the client id is random, so that no other client has it. */
  randomClientId: boolean;
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
/** Two clients with one id take over each other's session for ever. After so many times in so many ms this one waits. */
const TAKEOVERS = 3;
const TAKEOVER_PERIOD = 600_000;
const RECHECK_VERSION = 600_000;
const CHECK_TIMEOUT = 15_000;

export function openReconnecting(options: ReconnectOptions, events: ReconnectEvents): ReconnectingConnection {
  const delay = options.retryDelay ?? retryDelay;
  const recheckAfter = options.recheckVersion ?? RECHECK_VERSION;
  let state: State = { is: 'idle' };
  let connection: Connection | undefined;
  let timer: NodeJS.Timeout | undefined;
  const choice = chooseVersion(options.protocol);
  let failures = 0;
  /** Whether it has been connected: then the port is the right one. */
  let known = false;
  /** Whether MQTT 5 was tried while 3.1.1 worked, and failed. */
  let checked = false;
  let recheck: NodeJS.Timeout | undefined;
  let check = new AbortController();
  let closing = false;
  let takeovers: number[] = [];
  const unfinished = createUnfinished();
  const port = createPortCheck(options.endpoint, options.tls, (refusal) => {
    if (state.is === 'waiting' && !closing) enter({ ...state, refusal });
  });

  function enter(next: State) {
    state = next;
    events.onState(state);
  }

  function connect() {
    enter({ is: 'connecting', attempt: failures + 1 });
    let connectedAt: number | undefined;
    const { version } = choice;
    const mine = openConnection(
      { ...options, version, ...(!options.clean && { unfinished }) },
      {
        onConnected(connected) {
          connectedAt = performance.now();
          known = true;
          choice.connected();
          if (choice.guessed) checkVersion(mine, checked ? recheckAfter : 0);
          void events.onConnected(mine, connected).then(() => {
            if (connection === mine) enter({ is: 'connected', since: Date.now(), version });
          });
        },
        onMessage: (received) => events.onMessage(mine, received),
        onNoSubscribers: events.onNoSubscribers,
        onClosed(refusal) {
          connection = undefined;
          stopChecking();
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
    if (ours) takeovers = takeovers.slice(0, -1);
    if (ours || (lifetime !== undefined && lifetime >= STABLE)) failures = 0;
    failures += 1;
    const { why, wait } = nextAttempt(named, ours ? undefined : lifetime);
    enter({ is: 'waiting', refusal: why, until: Date.now() + wait });
    timer = setTimeout(connect, wait);
  }

  /**
   * 3.1.1 works, and 5 may have failed only because the broker was restarting. So 5 is tried on a second connection
   * with another client id, at once and then from time to time.
   */
  function checkVersion(mine: Connection, after: number) {
    recheck = setTimeout(() => {
      check = new AbortController();
      const beside = { ...options, version: 5, clientId: `ezt-${randomUUID()}`, clean: true } as const;
      void connectBriefly(beside, CHECK_TIMEOUT, check.signal).then((refusal) => {
        if (connection !== mine) return;
        checked = true;
        if (provesVersion5(refusal)) upgrade(mine);
        else checkVersion(mine, recheckAfter);
      });
    }, after);
  }

  function stopChecking() {
    clearTimeout(recheck);
    check.abort();
  }

  function upgrade(mine: Connection) {
    choice.upgrade();
    connection = undefined;
    events.onDisconnected();
    enter({ is: 'connecting', attempt: 1 });
    void mine.close(false).then(() => !closing && connect());
  }

  function nextAttempt(refusal: Refusal, lifetime: number | undefined): { why: Refusal; wait: number } {
    // With MQTT 3.1.1, and some brokers, a takeover looks like a lost connection.
    const suspect = refusal.trouble === 'lost' && lifetime !== undefined && lifetime < STABLE;
    if (refusal.trouble === 'takenOver' || (suspect && !options.randomClientId)) {
      const now = performance.now();
      takeovers = [...takeovers.filter((at) => now - at < TAKEOVER_PERIOD), now];
      if (takeovers.length >= TAKEOVERS) {
        const detail = 'another client connects with the same client id';
        return {
          why: { trouble: 'takenOver', detail },
          wait: suspect ? delay(failures, true) : TAKEOVER_PERIOD,
        };
      }
    }
    return { why: refusal, wait: delay(failures, needsAPerson(refusal)) };
  }

  connect();

  return {
    get state() {
      return state;
    },
    async close(endSession, deadline) {
      closing = true;
      clearTimeout(timer);
      stopChecking();
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
