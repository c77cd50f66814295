import should from 'should';
import { judge } from './judge';
import type { Entry, Observations } from './ledger';

const RUN = 1;
const entry = (event: Entry['event'], more: Partial<Entry> = {}): Entry => ({
  run: RUN,
  at: 10,
  event,
  stream: 'push',
  n: 1,
  ...more,
});
const mark = (n = 1, at = 20, stream = 'push') => ({ stream, n, run: RUN, at });
const nothing: Observations = {
  faults: [],
  connections: [],
  killed: [],
  brokerKilled: [],
  closes: [],
  published: [],
  received: [],
};
const offered = entry('offered');
const done = entry('done', { at: 30 });
const failed = (reason?: string) => entry('failed', { code: 'EZT_CLOSED', ...(reason && { reason }) });
const report = (n: number, at = 40) => entry('in', { stream: 'DU_a', n, at });
const changes = (each: [n: number, ten?: number, known?: boolean][]): Entry[] =>
  each.map(([n, ten, known = false]) => entry(known ? 'known' : 'changed', { stream: 'DU_a', n, ten }));
const published = [mark(1, 20, 'DU_a'), mark(2, 21, 'DU_a')];
const killedAt = (at: number, ...onDisk: string[]) => [{ run: RUN, at, onDisk }];
const killed = killedAt(1000);
const held = { stream: 'hold' };
const fleet = ['fleet.1', 'fleet.2', 'fleet.3'].map((stream) => mark(1, 20, stream));
const durable = { stream: 'durable' };

/** What the ledger says, what was seen from outside, and the promises that this breaks. */
const cases: [what: string, entries: Entry[], seen: Partial<Observations>, violations: string[]][] = [
  ['nothing', [], {}, []],
  ['done and received', [offered, done], { received: [mark()] }, []],
  ['done, never received', [offered, done], {}, ['lost: push 1 1 (done )']],
  ['failed, never received', [offered, failed()], {}, []],
  [
    'said to be kept, never received',
    [offered, failed('closedKept')],
    {},
    ['lost: push 1 1 (failed closedKept)'],
  ],
  ['done a moment before the broker was killed', [offered, done], { brokerKilled: [40] }, []],
  [
    'done after the broker was killed, never received',
    [offered, done],
    { brokerKilled: [29] },
    ['lost: push 1 1 (done )'],
  ],
  ['never settled', [offered], { received: [mark()] }, ['never settled: push 1 1']],
  ['unsettled when it was killed', [offered], { killed }, []],
  [
    'on disk when it was killed, never received',
    [entry('offered', durable)],
    { killed: killedAt(20, '1 1') },
    ['lost: durable 1 1 (killed )'],
  ],
  [
    'on disk when a later process was killed, never received',
    [entry('offered', held)],
    { killed: [...killedAt(20), { run: 2, at: 900, onDisk: ['1 1'] }] },
    ['lost: hold 1 1 (killed )'],
  ],
  ['not yet on disk when it was killed', [entry('offered', durable), entry('offered', held)], { killed }, []],
  [
    'never on disk in seconds, and then killed',
    [entry('offered', durable)],
    { killed: killedAt(5011) },
    ['lost: durable 1 1 (killed )'],
  ],
  [
    'not on disk, unlike what came after it',
    [entry('offered', durable), entry('offered', { ...durable, n: 2 })],
    { killed: killedAt(20, '1 2'), received: [mark(2, 40, 'durable')] },
    ['lost: durable 1 1 (killed )'],
  ],
  ['settled twice', [offered, done, failed()], { received: [mark()] }, ['settled 2 times: push 1 1']],
  ['received, never offered', [], { received: [mark()] }, ['received, but never offered: push 1 1']],
  [
    'doubled on one connection',
    [offered, done],
    { received: [mark(), mark()] },
    ['doubled without a new connection: push 1 1'],
  ],
  ['doubled over a new connection', [offered, done], { received: [mark(), mark()], connections: [15] }, []],
  [
    'out of order',
    [offered, done, entry('offered', { n: 2 }), entry('done', { n: 2 })],
    { received: [mark(2), mark(1)] },
    ['out of order: push 1 1 after push 1 2'],
  ],
  [
    'held on disk, never received',
    [entry('offered', held), entry('failed', { ...held, code: 'EZT_CLOSED', reason: 'closedHeld' })],
    {},
    ['lost: hold 1 1 (failed closedHeld)'],
  ],
  [
    'sent twice, and told so',
    [offered, entry('replied', { echo: 1, attempts: 2 }), done],
    { received: [mark(), mark()] },
    [],
  ],
  [
    'sent twice, and told to be once',
    [offered, entry('failed', { code: 'EZT_REPLY_TIMEOUT', attempts: 1 })],
    { received: [mark(), mark()] },
    ['doubled without a new connection: push 1 1'],
  ],
  [
    'a list, received by all',
    [entry('offered', { stream: 'fleet' }), entry('done', { stream: 'fleet' })],
    { received: fleet },
    [],
  ],
  [
    'a list, done, and not received by one',
    [entry('offered', { stream: 'fleet' }), entry('done', { stream: 'fleet' })],
    { received: fleet.slice(1) },
    ['lost: fleet 1 1 (done )'],
  ],
  ["another command's reply", [entry('replied', { echo: 2 })], {}, ['command 1 of push got the reply to 2']],
  [
    'Complete without done',
    [offered, failed(), entry('complete')],
    {},
    ['Complete saw what was not done: push 1'],
  ],
  [
    'Catch after done',
    [offered, done, entry('catch')],
    { received: [mark()] },
    ['Catch saw what did not fail: push 1'],
  ],
  ['reports, each once', [report(1), report(2)], { published }, []],
  ['a report that is missing', [report(1)], { published }, ['report missing: DU_a 2']],
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
  [
    'a slow stop of the flows',
    [entry('stopping'), entry('stopped', { at: 4100 })],
    {},
    ['closing took 4090 ms'],
  ],
  ['a slow end of the process', [], { closes: [{ at: 1, ms: 4001 }] }, ['closing took 4001 ms']],
];

describe('the judge of the ledger', () => {
  for (const [what, entries, seen, violations] of cases) {
    it(`${what}: ${violations.length === 0 ? 'nothing is broken' : 'a broken promise'}`, () => {
      should(judge(entries, { ...nothing, ...seen }).violations).deepEqual(violations);
    });
  }
});
