import { type Case, entry, judged, mark } from './judged';
import type { Entry } from './ledger';

const report = (n: number, at = 40) => entry('in', { stream: 'DU_a', n, at });
const changes = (each: [n: number, ten?: number, known?: boolean][]): Entry[] =>
  each.map(([n, ten, known = false]) => entry(known ? 'known' : 'changed', { stream: 'DU_a', n, ten }));
const published = [1, 2].map((n) => ({ ...mark(n, 20, 'DU_a'), acknowledged: 31 }));

const cases: Case[] = [
  ['reports, each once', [report(1), report(2)], { published }, []],
  ['a report that is missing', [report(1)], { published }, ['report missing: DU_a 2']],
  [
    'a report that the broker acknowledged and had not saved when it was killed',
    [report(1)],
    { published, brokerKilled: [{ at: 900, saved: 30 }] },
    [],
  ],
  [
    'a report that it had saved',
    [report(1)],
    { published, brokerKilled: [{ at: 32, saved: 31 }] },
    ['report missing: DU_a 2'],
  ],
  [
    'a report that the broker acknowledged after it was started again',
    [report(1)],
    { published, brokerKilled: [{ at: 22, saved: 19 }], deviceConnections: [25] },
    ['report missing: DU_a 2'],
  ],
  ['reports out of order', [report(2), report(1)], { published }, ['report out of order: DU_a 1']],
  [
    'a report twice on one connection',
    [report(1), report(2), report(1, 500)],
    { published },
    ['report repeated without a new connection: DU_a 1'],
  ],
  [
    'a report twice over a new one',
    [report(1), report(2), report(1, 500)],
    { published, connections: [450] },
    [],
  ],
  [
    'changes, with what is left out and what is known',
    [report(1), report(2), ...changes([[1, 0], [2], [2, 0, true]])],
    { published },
    [],
  ],
  [
    'a change that is missing',
    [report(1), report(2), ...changes([[1, 0]])],
    { published },
    ['change missing: DU_a 2'],
  ],
  [
    'an attribute that was left out though it had changed',
    [report(1), report(2), ...changes([[1, 0], [2], [11]])],
    { published },
    ['a change was left out: DU_a 11'],
  ],
  [
    'the same sent twice as a change',
    [report(1), report(2), ...changes([[1, 0], [2], [2]])],
    { published },
    ['sent though nothing had changed: DU_a 2'],
  ],
];

describe('the judge of the ledger: reports', () => judged(cases));
