import { performance } from 'node:perf_hooks';
import { retryDelay } from './backoff';
import { createUnfinished, openConnection } from './connection';
import type {
  Connected,
  Connection,
  ConnectionOptions,
  ProtocolVersion,
  Received,
  Unfinished,
} from './connection-api';
import { needsAPerson, type Refusal } from './reason-codes';

/** How the one connection of a project is. `since` and `until` are milliseconds since the epoch. */
export type State =
  | { is: 'idle' }
  | { is: 'connecting'; attempt: number }
  | { is: 'connected'; since: number; version: ProtocolVersion }
  | { is: 'waiting'; refusal: Refusal; until: number }
  | { is: 'closed' };

export interface KeeperOptions extends Omit<ConnectionOptions, 'version' | 'unfinished'> {
  protocol: 'auto' | '5' | '3.1.1';
  /** Nobody else can have the client id. */
  randomClientId: boolean;
  /** Milliseconds until the next attempt; {@link retryDelay} but for tests. */
  retryDelay?: typeof retryDelay;
}

export interface KeeperEvents {
  /** A connection is there; what is awaited here belongs to it coming up (subscriptions). */
  onConnected(connection: Connection, connected: Connected): Promise<void>;
  onMessage(connection: Connection, received: Received): void;
  onNoSubscribers(): void;
  onDisconnected(): void;
  onState(state: State): void;
}

/** Keeps one connection up, from now until `close`. */
export interface Keeper {
  readonly state: State;
  /**
   * Ends the connection for good, within half a second. `endSession`: the broker forgets the session, for which
   * another second may be needed.
   */
  close(endSession: boolean): Promise<void>;
}

/** A connection that lives this long (ms) has come up for good: backoff starts anew after it. */
const STABLE = 5_000;
/** Two clients with one id throw each other out for ever: after so many times in so many ms we yield. */
const TAKEOVERS = 3;
const TAKEOVER_PERIOD = 600_000;
/** A broker that knows no MQTT 5 may just hang up on it; so may one that is about to restart. */
const HANG_UPS = 2;
/** Milliseconds: closing has to end. */
const CLEAN_SESSION_TIMEOUT = 800;

export function keepConnected(options: KeeperOptions, events: KeeperEvents): Keeper {
  const delay = options.retryDelay ?? retryDelay;
  let state: State = { is: 'idle' };
  let connection: Connection | undefined;
  let timer: NodeJS.Timeout | undefined;
  let version: ProtocolVersion = options.protocol === '3.1.1' ? 4 : 5;
  let failures = 0;
  let hangUps = 0;
  let takeovers: number[] = [];
  const unfinished: Unfinished = createUnfinished();

  function enter(next: State) {
    state = next;
    events.onState(state);
  }

  function connect() {
    enter({ is: 'connecting', attempt: failures + 1 });
    let connectedAt: number | undefined;
    const mine = openConnection(
      { ...options, version, ...(!options.clean && { unfinished }) },
      {
        onConnected(connected) {
          connectedAt = performance.now();
          if (version === 5) hangUps = 0;
          void events.onConnected(mine, connected).then(() => {
            if (connection === mine) enter({ is: 'connected', since: Date.now(), version });
          });
        },
        onMessage: (received) => events.onMessage(mine, received),
        onNoSubscribers: events.onNoSubscribers,
        onClosed(refusal) {
          connection = undefined;
          events.onDisconnected();
          ended(refusal, connectedAt === undefined ? undefined : performance.now() - connectedAt);
        },
      },
    );
    connection = mine;
  }

  /** `lifetime`: ms since CONNACK; `undefined` when there was none. */
  function ended(refusal: Refusal, lifetime: number | undefined) {
    if (fallsBack(refusal, lifetime !== undefined)) return connect();
    if (lifetime !== undefined && lifetime >= STABLE) failures = 0;
    failures += 1;
    const { why, wait } = nextAttempt(refusal, lifetime);
    enter({ is: 'waiting', refusal: why, until: Date.now() + wait });
    timer = setTimeout(connect, wait);
  }

  /** MQTT 3.1.1 is tried only right after 5 failed: a broker that comes back meanwhile is met with 5. */
  function fallsBack({ trouble }: Refusal, wasConnected: boolean): boolean {
    if (options.protocol !== 'auto') return false;
    if (version === 5 && !wasConnected) {
      if (trouble === 'lost') hangUps += 1;
      if (trouble === 'protocol' || (trouble === 'lost' && hangUps >= HANG_UPS)) {
        version = 4;
        return true;
      }
    } else version = 5;
    return false;
  }

  function nextAttempt(refusal: Refusal, lifetime: number | undefined): { why: Refusal; wait: number } {
    // MQTT 3.1.1 and some brokers do not say that another client took over: they just hang up.
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

  /** The only way to end a session with MQTT 3.1.1, or when we are not connected. */
  function beginCleanSession(): Promise<void> {
    return new Promise((resolve) => {
      const clean = openConnection(
        { ...options, version, clean: true, connectTimeout: CLEAN_SESSION_TIMEOUT },
        {
          onConnected: () => clean.close(false).then(resolve),
          onMessage: () => undefined,
          onNoSubscribers: () => undefined,
          onClosed: () => resolve(),
        },
      );
    });
  }

  connect();

  return {
    get state() {
      return state;
    },
    async close(endSession) {
      clearTimeout(timer);
      const last = connection;
      const said = state.is === 'connected' && version === 5; // in DISCONNECT
      connection = undefined;
      await last?.close(endSession);
      if (endSession && !options.clean && !said) await beginCleanSession();
      enter({ is: 'closed' });
    },
  };
}
