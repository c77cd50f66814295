import type { NodeAPI } from 'node-red';

/** The longest deploy, in milliseconds. Node-RED gives each node 15 s to close. */
const LONGEST = 20_000;
/** If no flows start within so many ms after all have stopped, Node-RED has given up the deploy. */
const GIVEN_UP = 1_000;

/**
 * - `begin`: nodes are about to stop or to start
 * - `settle`: every node has started; one whose project was replaced looks for it again
 * - `end`: right after that; what has waited continues
 */
type Moment = 'begin' | 'settle' | 'end';

/** Deploys, including the first start. While one runs, nodes close and start. */
export interface Deploys {
  readonly running: boolean;
  /** Whether the deploy changes the flows; not so when flows are stopped or loaded, or Node-RED ends. */
  readonly editing: boolean;
  /** Resolves when no deploy runs. */
  over(): Promise<void>;
  /** Calls `listener` at every such moment; returns how to remove it. */
  on(moment: Moment, listener: () => void): () => void;
}

const known = new WeakMap<NodeAPI['events'], Deploys>();

/** The deploys of this Node-RED. Only this module listens to its events, from the first call on. */
export function deploysOf({ events, log }: NodeAPI): Deploys {
  const deploys = known.get(events) ?? watch(events, log);
  known.set(events, deploys);
  return deploys;
}

/** Another bundle has been watching already; see `nodes/palette.ts`. */
export function takeOverDeploys({ events }: NodeAPI, deploys: Deploys): void {
  known.set(events, deploys);
}

function watch(events: NodeAPI['events'], log: NodeAPI['log']): Deploys {
  const listeners: Record<Moment, Set<() => void>> = { begin: new Set(), settle: new Set(), end: new Set() };
  let running = false;
  let editing = false;
  let timer: NodeJS.Timeout | undefined;

  const tell = (moment: Moment) => {
    for (const listener of [...listeners[moment]]) {
      try {
        listener();
      } catch (error) {
        log.error(error); // the others must go on
      }
    }
  };
  function endWithin(ms: number) {
    clearTimeout(timer);
    timer = setTimeout(end, ms);
  }
  function begin() {
    endWithin(LONGEST);
    if (running) return;
    running = true;
    tell('begin');
  }
  function end() {
    clearTimeout(timer);
    if (!running) return;
    running = false;
    editing = false;
    tell('settle');
    tell('end');
  }
  function on(moment: Moment, listener: () => void) {
    listeners[moment].add(listener);
    return () => {
      listeners[moment].delete(listener);
    };
  }

  events.on('flows:stopping', (event?: { diff?: object }) => {
    editing = Object.values(event?.diff ?? {}).some((ids) => Array.isArray(ids) && ids.length > 0);
    begin();
  });
  // If a node type is unknown or a module cannot be loaded, no other event follows.
  events.on('flows:stopped', () => running && endWithin(GIVEN_UP));
  events.on('flows:starting', begin);
  events.on('flows:started', end);

  return {
    get running() {
      return running;
    },
    get editing() {
      return editing;
    },
    over: () =>
      running
        ? new Promise((resolve) => {
            const off = on('end', () => {
              off();
              resolve();
            });
          })
        : Promise.resolve(),
    on,
  };
}
