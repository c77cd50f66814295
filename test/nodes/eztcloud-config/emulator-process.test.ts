import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import type { EztError } from '../../../cloud';
import {
  createEmulatorProcess,
  type EmulatorProcess,
  type EmulatorState,
  type Times,
} from '../../../nodes/eztcloud-config/emulator-process';
import { temporaryDirectory } from '../../support/cleanup';
import { until } from '../../support/events';

/** Long enough for a process to start on a busy machine, and short where a test waits for it. */
const TIMES: Times = { start: 60_000, stop: 5_000, retry: 1, longestRetry: 4, stable: 60_000 };
const RUNNING = `process.send({ is: 'running', ca: 'CA', port: 1, wssPort: 2 })`;

describe('the process of the emulator', function () {
  this.timeout(120_000);
  const processes: EmulatorProcess[] = [];
  afterEach(async () => {
    for (const each of processes.splice(0)) await each.stop();
  });

  /** A process with `script` in place of the bundle. What a script appends to `log` is told by `told`. */
  function run(script: string, times: Partial<Times> = {}) {
    const directory = temporaryDirectory('child');
    const file = join(directory, 'child.js');
    const log = join(directory, 'log');
    writeFileSync(log, '');
    writeFileSync(
      file,
      `const log = (what) => require('fs').appendFileSync(${JSON.stringify(log)}, what + '\\n');
      process.on('disconnect', () => process.exit());
      process.on('message', (message) => { log(JSON.stringify(message)); on(message); });
      ${script}`,
    );
    const states: EmulatorState[] = [];
    const emulator = createEmulatorProcess(file, (state) => states.push(state), { ...TIMES, ...times });
    processes.push(emulator);
    const told = () =>
      readFileSync(log, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as object);
    return { emulator, states, told, start: () => emulator.start({ directory, secrets: ['a'] }) };
  }
  const reason = (promise: Promise<unknown>) =>
    promise.then(
      () => 'none',
      (error: EztError) => error.reason,
    );

  it('starts one, however often it is asked to, and tells it the newest secrets', async () => {
    const { emulator, told, start } = run(
      `const on = ({ do: what }) => { if (what === 'start') ${RUNNING}; };`,
    );
    const [first] = await Promise.all([start(), start(), emulator.start({ directory: '.', secrets: ['b'] })]);
    should(first).have.properties({ is: 'running', ca: 'CA', port: 1, wssPort: 2, connections: 0 });
    await until(() => told().length === 3, 60_000, 'three messages');
    should(told().map((each) => (each as { do: string }).do)).deepEqual(['start', 'accept', 'accept']);
    should(told().at(-1)).deepEqual({ do: 'accept', secrets: ['b'] });
  });

  it('starts it again after each crash, later each time, with the ports that it had', async () => {
    const { emulator, states, told, start } = run(
      `const on = () => { ${RUNNING}; setTimeout(() => { throw new TypeError('broken'); }, 1); };`,
    );
    await start();
    await until(() => states.filter(({ is }) => is === 'failed').length >= 4, 60_000, 'four crashes');
    const problems = states.flatMap((state) => (state.is === 'failed' ? [state.problem] : []));
    for (const { message } of problems) should(message).match(/unexpectedly \(TypeError: broken\)/);
    should(told()[1]).have.property('ports', { port: 1, wssPort: 2 });
    await emulator.stop();
    should(emulator.state).deepEqual({ is: 'stopped' });
  });

  it('says which port is taken, and tries again', async () => {
    const { states, start } = run(
      `const on = () => process.send({ is: 'failed', detail: 'in use', port: 7885 }, () => process.exit(1));`,
    );
    should(await reason(start())).equal('emulatorPort');
    await until(() => states.filter(({ is }) => is === 'starting').length >= 3, 60_000, 'further attempts');
  });

  it('tries again when the system gives it no process', async () => {
    const states: EmulatorState[] = [];
    const emulator = createEmulatorProcess('no\0file', (state) => states.push(state), TIMES);
    processes.push(emulator);
    should(await reason(emulator.start({ directory: '.', secrets: [] }))).equal('emulatorFailed');
    await until(() => states.filter(({ is }) => is === 'failed').length >= 3, 60_000, 'further attempts');
  });

  it('kills one that does not start, and one that does not stop', async () => {
    const deaf = run('const on = () => undefined;', { start: 1 });
    should(await reason(deaf.start())).equal('emulatorEnded');
    await deaf.emulator.stop();

    const stubborn = run(`const on = ({ do: what }) => { if (what === 'start') ${RUNNING}; };`, { stop: 1 });
    await stubborn.start();
    await stubborn.emulator.stop();
    should(stubborn.emulator.state).deepEqual({ is: 'stopped' });
  });

  it('is stopped while it starts, and started while it stops', async () => {
    const { emulator, states, start } = run(
      `const on = ({ do: what }) => { if (what === 'stop') process.exit(0); else if (message.ready) ${RUNNING}; };
      const message = { ready: true };`,
    );
    const first = reason(start());
    const stopped = emulator.stop();
    const second = start();
    await stopped;
    should(await second).have.property('is', 'running');
    should(['none', 'emulatorStopped']).containEql(await first);
    should(states.map(({ is }) => is)).deepEqual(['starting', 'stopping', 'stopped', 'starting', 'running']);
  });

  it('counts connections', async () => {
    const { emulator, start } = run(
      `const on = () => { ${RUNNING}; process.send({ is: 'connections', count: 3 }); };`,
    );
    await start();
    await until(() => emulator.state.is === 'running' && emulator.state.connections === 3, 60_000, 'three');
  });
});
