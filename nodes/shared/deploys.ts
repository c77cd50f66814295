import type { NodeAPI } from 'node-red';

/** Milliseconds: Node-RED gives each node 15 s to close, and nobody may be kept waiting for ever. */
const LONGEST = 20_000;
/** So long (ms) after all have stopped the next flows begin to start, or Node-RED has given the deploy up. */
const GIVEN_UP = 1_000;

/**
 * - `begin`: nodes are about to stop or to start
 * - `settle`: all that will be there is there; who has lost its project looks for it again
 * - `end`: right after that; what was kept back goes on
 */
type Moment = 'begin' | 'settle' | 'end';

/** Deploys, and the first start: while one runs, nodes and those that they are wired to come and go. */
export interface Deploys {
  readonly running: boolean;
  /** The deploy changes the flows: it does not stop them, end Node-RED or load other flows. */
  readonly editing: boolean;
  /** Resolves when no deploy runs. */
  over(): Promise<void>;
  /** Calls `listener` at each such moment; returns how to stop that. */
  on(moment: Moment, listener: () => void): () => void;
}

const known = new WeakMap<NodeAPI['events'], Deploys>();

/** The deploys of this Node-RED: one owner, which alone listens to its events. */
export function deploysOf({ events, log }: NodeAPI): Deploys {
  const deploys = known.get(events) ?? watch(events, log);
  known.set(events, deploys);
  return deploys;
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
  // With an unknown node type, or a module that cannot be loaded, nothing follows this.
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
