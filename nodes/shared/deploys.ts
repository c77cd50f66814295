import type { NodeAPI } from 'node-red';

/**
 * Milliseconds after which a step of a deploy that leads to no other counts as the last. Node-RED waits for nodes that close,
 * and for `npm` where a module has to be installed; it says so when it gives up, unless it fails itself.
 */
const LONGEST = 300_000;
/** Milliseconds after flows were stopped without a deploy: the same, since they may be started at once. */
const NO_DEPLOY = 1_000;

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
  /** Whether the deploy stops every node. */
  readonly full: boolean;
  /** Resolves when no deploy runs. */
  over(): Promise<void>;
  /** Calls `listener` at every such moment; returns how to remove it. */
  on(moment: Moment, listener: () => void): () => void;
}

/** What Node-RED tells the editor. Every stop of the flows is told of, and each deploy that is given up. */
interface RuntimeEvent {
  id?: string;
  payload?: { state?: string; deploy?: boolean };
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
  let full = false;
  /** Flows have stopped: is that still to be said, or what becomes of the deploy? */
  let awaited: 'stop' | 'start' | undefined;
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
    timer.unref();
  }
  function begin() {
    awaited = undefined;
    endWithin(LONGEST);
    if (running) return;
    running = true;
    tell('begin');
  }
  function end() {
    clearTimeout(timer);
    awaited = undefined;
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

  events.on('flows:stopping', (event?: { type?: string; diff?: object }) => {
    full = event?.type === 'full';
    editing = Object.values(event?.diff ?? {}).some((ids) => Array.isArray(ids) && ids.length > 0);
    begin();
  });
  events.on('flows:stopped', () => {
    if (running) awaited = 'stop';
  });
  // Between `flows:stopped` and `flows:starting` Node-RED reads files and may install modules, so time says nothing.
  events.on('runtime-event', ({ id, payload }: RuntimeEvent) => {
    const isStop = id === 'runtime-state' && (payload?.state === 'stop' || payload?.state === 'safe');
    if (!awaited || !isStop) return;
    if (awaited === 'start') return end(); // a type is unknown, a module cannot be loaded, or flows are not to run
    awaited = 'start';
    if (payload?.deploy !== true) endWithin(NO_DEPLOY);
  });
  events.on('flows:starting', begin);
  events.on('flows:started', end);

  return {
    get running() {
      return running;
    },
    get editing() {
      return editing;
    },
    get full() {
      return full;
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
