import { spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import should from 'should';
import { figure } from '../../bounds/heap';
import { exited, killAtEnd, temporaryDirectory, terminate } from '../../support/cleanup';
import { until } from '../../support/events';
import type { Line } from './killed-process';

const TIMES = 100;
/** Milliseconds in which a process lives on after it has loaded, at least. */
const LIFE = 150;
/** … or so many times what this machine needs to write the memory: killed sooner, it would never come to that. */
const WRITES = 2;
/** Milliseconds that may be missing; the process writes as soon as it can. */
const MISSING = 5_000;

describe('a device memory whose process is killed (SIGKILL) at random moments', function () {
  this.timeout(300_000);

  const start = (directory: string) =>
    killAtEnd(
      spawn(process.execPath, [join(__dirname, 'killed-process.js'), directory], {
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    );

  /** Milliseconds that this machine needs to write the memory, half of the times. */
  async function writing(): Promise<number> {
    const directory = join(temporaryDirectory('killed'), 'project');
    const child = start(directory);
    child.stdout.resume();
    const inode = () => statSync(join(directory, 'memory.jsonl'), { throwIfNoEntry: false })?.ino;
    const next = (last?: number) =>
      until(() => inode() !== last && inode() !== undefined && inode(), 60_000, 'the next file');
    let last = await next();
    const times: number[] = [];
    for (let i = 0; i < 9; i += 1) {
      const begun = performance.now();
      last = await next(last);
      times.push(performance.now() - begun);
    }
    await terminate(child, 'SIGKILL');
    return times.sort((a, b) => a - b)[4] ?? 0;
  }

  /** Runs a process on `directory` until it is killed; resolves with what it said. */
  async function live(directory: string, life: number): Promise<Line[]> {
    const said: Line[] = [];
    const child = start(directory);
    const lines = createInterface(child.stdout);
    const ended = new Promise((resolve) => lines.once('close', resolve));
    lines.on('line', (line) => {
      said.push(JSON.parse(line) as Line);
      if (said.length === 1) setTimeout(() => child.kill('SIGKILL'), Math.random() * life);
    });
    await Promise.all([exited(child), ended]);
    return said;
  }

  it(`${TIMES} times: is loaded each time, and at most the last seconds are missing`, async function () {
    const directory = join(temporaryDirectory('killed'), 'project');
    const life = Math.max(LIFE, WRITES * (await writing()));
    /** Milliseconds that the processes had lived when they had learned so much, the latest first. */
    let history = [{ learned: 0, lived: 0 }];
    let written = 0;
    let missing = 0;
    for (let time = 0; time < TIMES; time += 1) {
      const [first, ...more] = await live(directory, life);
      if (!first || !('loaded' in first)) throw new Error(`not loaded: ${JSON.stringify(first)}`);
      const { loaded } = first;
      const [last] = history;
      history = history.filter(({ learned }) => learned <= loaded);
      should(loaded).be.belowOrEqual(last?.learned ?? 0);
      missing = Math.max(missing, (last?.lived ?? 0) - (history[0]?.lived ?? 0));
      should(missing).be.below(MISSING, `run ${time}`);
      if (loaded > 0) written += 1;
      let before: number | undefined;
      for (const line of more) {
        if (!('learned' in line)) throw new Error(JSON.stringify(line));
        const lived: number = (history[0]?.lived ?? 0) + line.at - (before ?? line.at);
        before = line.at;
        history.unshift({ learned: line.learned, lived });
      }
    }
    should(written).be.above(0);
    should(readdirSync(directory)).not.containEql('memory.jsonl.unreadable');
    figure(this, `${missing} ms at most`);
  });
});
