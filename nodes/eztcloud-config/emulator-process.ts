import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { EztError } from '../../cloud';
import { CHILD, type FromChild, type Ports, type ToChild } from '../../emulator/child-messages';
import { asError } from '../shared/texts';

/** `since`: milliseconds since the epoch. */
export type EmulatorState =
  | { is: 'stopped' }
  | { is: 'starting' }
  /** `ca`: the certificate authority to trust, PEM. `devices`: those that report. `connections`: how many applications are connected. */
  | ({ is: 'running'; since: number; connections: number; ca: string; devices: readonly string[] } & Ports)
  /** It did not start, or has crashed, and is started again a little later. */
  | { is: 'failed'; problem: EztError }
  | { is: 'stopping' };

/** Without `ports`: any that are free. `secrets`: SHA-256 of each project secret that is accepted. */
export interface Start {
  directory: string;
  ports?: Ports | undefined;
  secrets: readonly string[];
}

/** The emulator in a process of its own, which is started again when it crashes. It ends with this process. */
export interface EmulatorProcess {
  readonly state: EmulatorState;
  /**
   * Starts it; while it runs or starts, only the secrets are passed on. Resolves when it runs, and rejects with an `EztError`
   * when it could not be started (it is tried again all the same) or has been stopped.
   */
  start(start: Start): Promise<EmulatorState & { is: 'running' }>;
  /** Ends it, and its connections. */
  stop(): Promise<void>;
}

/** For tests: shorter times, in milliseconds. */
export interface Times {
  /** For its first message. */
  start: number;
  /** For its end, before it is killed. */
  stop: number;
  /** Before the first attempt to start it again; doubled each time. */
  retry: number;
  longestRetry: number;
  /** After it has run so long, the next crash counts as the first. */
  stable: number;
}
const TIMES: Times = { start: 30_000, stop: 3_000, retry: 1_000, longestRetry: 60_000, stable: 60_000 };
/** Characters of its standard error that are kept, to tell why it crashed. */
const SAID = 4_000;

/** `file`: the bundle. */
export function createEmulatorProcess(
  file: string,
  onChange: (state: EmulatorState) => void,
  times: Times = TIMES,
): EmulatorProcess {
  let state: EmulatorState = { is: 'stopped' };
  let wanted: Start | undefined;
  let child: ChildProcess | undefined;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;
  const waiting = new Set<() => void>();

  function enter(next: EmulatorState) {
    state = next;
    onChange(state);
    for (const look of [...waiting]) look();
  }
  /** Resolves as soon as `found` finds something in the state. */
  const until = <T>(found: () => T | undefined) =>
    new Promise<T>((resolve) => {
      const look = () => {
        const result = found();
        if (result === undefined) return;
        waiting.delete(look);
        resolve(result);
      };
      waiting.add(look);
      look();
    });

  function launch({ directory, ports, secrets }: Start) {
    clearTimeout(timer);
    let said = '';
    let failure: EztError | undefined;
    let mine: ChildProcess;
    try {
      mine = forkEmulator(file);
    } catch (error) {
      // No memory for one more process, say: in a timer this would end Node-RED.
      ended(new EztError('emulatorFailed', { detail: asError(error).message }));
      return;
    }
    child = mine;
    const late = setTimeout(() => mine.kill('SIGKILL'), times.start);
    late.unref();
    mine.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk).slice(-SAID);
    });
    mine.on('error', (error) => {
      said += error.message;
    });
    mine.on('message', (message: FromChild) => {
      if (message.is === 'failed') failure = failureOf(message);
      else if (wanted && state.is !== 'stopping') took(message);
    });
    mine.once('close', (code, signal) => {
      clearTimeout(late);
      child = undefined;
      ended(failure ?? new EztError('emulatorEnded', { detail: reasonIn(said) ?? String(signal ?? code) }));
    });
    send(mine, { do: 'start', directory, secrets: [...secrets], ...(ports && { ports }) });
    enter({ is: 'starting' });

    function took(message: FromChild & { is: 'running' | 'connections' }) {
      if (message.is === 'running') {
        clearTimeout(late);
        const { port, wssPort } = message;
        if (wanted) wanted = { ...wanted, ports: { port, wssPort } }; // the same ones after a crash
        enter({ ...message, since: Date.now(), connections: 0 });
      } else if (state.is === 'running') enter({ ...state, connections: message.count });
    }
  }

  function ended(problem: EztError) {
    if (!wanted || state.is === 'stopping') return enter({ is: 'stopped' });
    if (state.is === 'running' && Date.now() - state.since >= times.stable) failures = 0;
    const wait = Math.min(times.retry * 2 ** failures, times.longestRetry);
    failures += 1;
    timer = setTimeout(() => wanted && launch(wanted), wait);
    timer.unref();
    enter({ is: 'failed', problem });
  }

  return {
    get state() {
      return state;
    },
    async start(start) {
      wanted = start;
      if (state.is === 'stopping') await until(() => (state.is === 'stopping' ? undefined : true));
      if (child) send(child, { do: 'accept', secrets: [...start.secrets] });
      else if (wanted) {
        failures = 0;
        launch(wanted);
      }
      const outcome = await until(() =>
        state.is === 'starting' || state.is === 'stopping' ? undefined : state,
      );
      if (outcome.is === 'running') return outcome;
      throw outcome.is === 'failed' ? outcome.problem : new EztError('emulatorStopped');
    },
    async stop() {
      wanted = undefined;
      clearTimeout(timer);
      const mine = child;
      if (mine) {
        enter({ is: 'stopping' });
        send(mine, { do: 'stop' });
        const impatience = setTimeout(() => mine.kill('SIGKILL'), times.stop);
        await until(() => (child === mine ? undefined : true));
        clearTimeout(impatience);
      }
      if (!wanted && !child) enter({ is: 'stopped' });
    },
  };
}

/** A child that keeps neither this process from ending nor its terminal. */
function forkEmulator(file: string): ChildProcess {
  const { NODE_OPTIONS: _, ...env } = process.env; // not the parent's --inspect and --require
  const child = fork(file, [CHILD], {
    env: { ...env, ELECTRON_RUN_AS_NODE: '1' }, // process.execPath may be Electron's
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  child.unref();
  child.channel?.unref();
  if (child.stderr && 'unref' in child.stderr) (child.stderr as Socket).unref();
  return child;
}

/** To a child that is just ending nothing need be said. */
function send(child: ChildProcess, message: ToChild): void {
  if (child.connected) child.send(message, () => undefined);
}

const failureOf = ({ port, detail }: FromChild & { is: 'failed' }): EztError =>
  port === undefined ? new EztError('emulatorFailed', { detail }) : new EztError('emulatorPort', { port });

/** The line of a stack trace that says what was thrown. */
const reasonIn = (said: string): string | undefined => {
  const lines = said.split('\n').map((line) => line.trim());
  return lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.find((line) => line !== '');
};
