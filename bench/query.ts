import { existsSync, readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { NO_ALIASES, ownTurn } from '../cloud';
import { createDeviceMemory } from '../cloud/devices/device-memory';
import { type DeviceRule, readRule } from '../cloud/protocol/device-rules';
import { answersTo } from '../nodes/ezt-device/question';
import { median } from './statistics';
import { figure, table } from './table';
import { deviceName } from './traffic';

const DEVICES = 100_000;
const ATTRIBUTES = 10;
const ROUNDS = 7;

/** How many questions at once, and with which rule, if any. */
const QUESTIONS: [what: string, count: number, rule: object | undefined][] = [
  ['one in a hundred', 1, { field: 'attribute:a9', op: 'eq', value: 9 }],
  ['all devices', 1, undefined],
  ['all devices, asked three times at once', 3, undefined],
];

/** `ezt-device` with `*`, in this process: how long an answer takes, and the longest that the event loop stands still. */
export async function measureQuery(): Promise<string> {
  const memory = createDeviceMemory();
  for (let i = 0; i < DEVICES; i += 1) {
    const values = Array.from({ length: ATTRIBUTES }, (_, n) => [`a${n}`, (i + n) % 100]);
    const topic = { device: deviceName(i), channel: 'attributes' } as const;
    memory.learn(topic, Object.fromEntries(values), Date.now(), true);
  }
  const rows = [['question', 'devices found', 'answered after, ms', 'longest turn, ms (rounds)']];
  for (const [what, count, raw] of QUESTIONS) {
    const rules = raw === undefined ? [] : [ruleOf(raw)];
    const rounds = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      // The answers are let go, as a flow would.
      const ask = async () =>
        (await answersTo({ devices: undefined, one: false }, rules, memory, NO_ALIASES, ownTurn)).length;
      rounds.push(await watched(() => Promise.all(Array.from({ length: count }, ask))));
    }
    const longest = rounds.map(({ standstill }) => standstill);
    rows.push([
      what,
      figure(rounds[0]?.result[0] ?? 0),
      figure(median(rounds.map(({ took }) => took))),
      `${figure(median(longest))} (${figure(Math.min(...longest))} … ${figure(Math.max(...longest))})`,
    ]);
  }
  return table(rows);
}

function ruleOf(raw: object): DeviceRule {
  const rule = readRule(raw);
  if ('problem' in rule || 'from' in rule) throw new Error(JSON.stringify(raw));
  return rule;
}

/**
 * Processor time of this thread, in milliseconds, so that what else runs on the machine does not count; only where the
 * system tells it (Linux), else the time of the clock.
 */
const threadTime = existsSync('/proc/thread-self/schedstat')
  ? () => Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e6
  : () => performance.now();

/** The result of `act`, how long it took, and the longest turn of the event loop meanwhile, both in milliseconds. */
async function watched<T>(act: () => Promise<T>): Promise<{ result: T; took: number; standstill: number }> {
  let standstill = 0;
  let last = threadTime();
  let watching = true;
  const look = () => {
    const now = threadTime();
    standstill = Math.max(standstill, now - last);
    last = now;
    if (watching) setImmediate(look);
  };
  const began = performance.now();
  setImmediate(look);
  const result = await act();
  const took = performance.now() - began;
  watching = false;
  standstill = Math.max(standstill, threadTime() - last);
  return { result, took, standstill };
}
