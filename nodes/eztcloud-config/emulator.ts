import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import { type Endpoint, EztError } from '../../cloud';
import { PROJECT_KEY } from '../../emulator/child-messages';
import { asError, translate } from '../shared/texts';
import { emulatorDirectory } from './directory';
import { createEmulatorProcess, type EmulatorState } from './emulator-process';
import { hashOf, openEmulatorStore, type Remembered } from './emulator-store';
import type { ProjectSettings } from './removal';

/** The emulator that the project dialog starts, one for each Node-RED. */
export interface LocalEmulator {
  /** Whether settings.js leaves it on. */
  readonly allowed: boolean;
  readonly state: EmulatorState;
  /**
   * Starts it, and remembers that. `secret`: a new project secret to accept. A port that another program has taken meanwhile is
   * replaced by a free one. Rejects with an `EztError`.
   */
  start(secret?: string): Promise<void>;
  /** Ends it, and remembers that. */
  stop(): Promise<void>;
  /** Whether it is, running or not, the platform of a project with these settings. */
  serves(settings: ProjectSettings): Promise<boolean>;
  /** Whether it is, running or not, at this access point. No proxy leads there. */
  isAt(endpoint: Endpoint): boolean;
  /** Starts it for a project that is deployed, unless it was stopped by a person. Resolves when the project may connect. */
  startFor(settings: ProjectSettings): Promise<void>;
}

const known = new WeakMap<NodeAPI['events'], LocalEmulator>();

export function emulatorOf(RED: NodeAPI): LocalEmulator {
  const emulator = known.get(RED.events) ?? createEmulator(RED);
  known.set(RED.events, emulator);
  return emulator;
}

const isLoopback = ({ host }: Endpoint): boolean => /^(localhost|127(\.\d+){3}|::1)$/.test(host);

/** Whether these could be an emulator's settings: only then the disk is asked. */
export const isLocal = ({ username, endpoint }: ProjectSettings): boolean =>
  username === PROJECT_KEY && isLoopback(endpoint);

function createEmulator(RED: NodeAPI): LocalEmulator {
  const directory = emulatorDirectory(RED);
  const store = openEmulatorStore(directory);
  const run = createEmulatorProcess(bundle(), log(RED));
  let remembered: Promise<Remembered> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let saidOff = false;

  const isAllowed = () => setting(RED)?.emulator !== false;
  const warn = (error: EztError) => RED.log.warn(translate(RED, error).message);
  const storeError = (error: unknown) =>
    new EztError('emulatorStore', { file: directory, detail: asError(error).message });

  /** One after the other, so that a click on Stop after one on Start ends as it should. */
  function inTurn<T>(what: () => Promise<T>): Promise<T> {
    const done = last.then(what);
    last = done.catch(() => undefined); // whoever asked gets the error
    return done;
  }
  async function load(): Promise<Remembered> {
    remembered ??= store.load((file) =>
      warn(new EztError('emulatorUnreadable', { file: `${file}.unreadable` })),
    );
    try {
      return await remembered;
    } catch (error) {
      remembered = undefined;
      throw storeError(error);
    }
  }
  async function save(next: Remembered): Promise<void> {
    try {
      await store.save(next);
      remembered = Promise.resolve(next);
    } catch (error) {
      throw storeError(error);
    }
  }

  async function launch(before: Remembered, moves: boolean): Promise<void> {
    const { ports, secrets } = before;
    const running = await run.start({ directory, ports, secrets }).catch((error: unknown) => {
      if (moves && error instanceof EztError && error.reason === 'emulatorPort')
        return run.start({ directory, secrets });
      throw error;
    });
    const { port, wssPort } = running;
    if (ports?.port === port && ports.wssPort === wssPort) return;
    await save({ ...before, ports: { port, wssPort } });
  }
  async function serves(settings: ProjectSettings): Promise<boolean> {
    return isLocal(settings) && (await load()).secrets.includes(hashOf(String(settings.password)));
  }

  return {
    get allowed() {
      return isAllowed();
    },
    get state() {
      return run.state;
    },
    start: (secret) =>
      inTurn(async () => {
        if (!isAllowed()) throw new EztError('emulatorOff');
        const before = await load();
        const secrets = secret === undefined ? before.secrets : [...before.secrets, hashOf(secret)];
        const next = { ...before, wanted: true, secrets };
        await save(next);
        await launch(next, true);
      }),
    stop: () =>
      inTurn(async () => {
        await run.stop();
        const before = await load();
        if (before.wanted) await save({ ...before, wanted: false });
      }),
    serves,
    isAt(endpoint) {
      if (!isLoopback(endpoint)) return false;
      const ports = run.state.is === 'running' ? run.state : store.peek()?.ports;
      return endpoint.port === ports?.port || endpoint.port === ports?.wssPort;
    },
    startFor: (settings) =>
      inTurn(async () => {
        if (!(await serves(settings))) return;
        const before = await load();
        if (!before.wanted) return;
        if (!isAllowed()) {
          if (!saidOff) warn(new EztError('emulatorOff'));
          saidOff = true;
          return;
        }
        // What keeps it from starting has been logged, and it is tried again.
        await launch(before, false).catch(() => undefined);
      }).catch((error: unknown) => {
        RED.log.warn(error instanceof EztError ? translate(RED, error).message : asError(error).message);
      }),
  };
}

/** What settings.js says to the palette. */
function setting(RED: NodeAPI): { emulator?: unknown } | undefined {
  return (RED.settings as { eztcloud?: { emulator?: unknown } }).eztcloud;
}

/** The emulator that the package ships. Bundled, this file is one level higher than it is in the sources. */
function bundle(): string {
  const places = ['..', '../..'].map((up) => join(__dirname, up, 'eztcloud-emulator.js'));
  return places.find(existsSync) ?? places.join();
}

/** Logs what happens to it, and each problem once. */
function log(RED: NodeAPI): (state: EmulatorState) => void {
  let told = '';
  return (state) => {
    if (state.is === 'starting' || state.is === 'stopping') return;
    const text = state.is === 'failed' ? translate(RED, state.problem).message : state.is;
    if (text === told) return;
    told = text;
    if (state.is === 'failed') RED.log.warn(text);
    else if (state.is === 'running')
      RED.log.info(RED._('eztcloud.emulator.log.running', { port: state.port, wssPort: state.wssPort }));
    else RED.log.info(RED._('eztcloud.emulator.log.stopped'));
  };
}
