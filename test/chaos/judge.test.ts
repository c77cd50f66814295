import { type Case, entry, judged, mark, RUN } from './judged';

const offered = entry('offered');
const done = entry('done', { at: 30 });
const failed = (reason?: string) => entry('failed', { code: 'EZT_CLOSED', ...(reason && { reason }) });
const killedAt = (at: number, ...onDisk: string[]) => [{ run: RUN, at, onDisk }];
const killed = killedAt(1000);
const held = { stream: 'hold' };
const fleet = ['fleet.1', 'fleet.2', 'fleet.3'].map((stream) => mark(1, 20, stream));
const durable = { stream: 'durable' };

const cases: Case[] = [
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
  [
    'done before the broker was killed, and after it had last saved',
    [offered, done],
    { brokerKilled: [{ at: 4000, saved: 29 }] },
    [],
  ],
  [
    'done when the broker had been killed, as it was told before',
    [offered, done],
    { brokerKilled: [{ at: 20, saved: 19 }], connections: [19, 31] },
    [],
  ],
  [
    'done before the broker saved and was killed, never received',
    [offered, done],
    { brokerKilled: [{ at: 31, saved: 30 }] },
    ['lost: push 1 1 (done )'],
  ],
  [
    'done by the broker that followed the killed one, never received',
    [offered, done],
    { brokerKilled: [{ at: 20, saved: 19 }], connections: [25] },
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
  [
    'on disk when it was killed, and expired: the log tells',
    [entry('offered', durable), entry('given up', { run: 2, at: 60_010, count: 1 })],
    { killed: killedAt(20, '1 1') },
    [],
  ],
  [
    'on disk when it was killed, and given up after two connections: the log tells',
    [entry('offered', durable), entry('given up', { run: 2, at: 400, count: 1, reason: 'hungUp' })],
    { killed: killedAt(20, '1 1'), connections: [200, 300] },
    [],
  ],
  [
    'on disk when it was killed, and given up after one',
    [entry('offered', durable), entry('given up', { run: 2, at: 400, count: 1, reason: 'hungUp' })],
    { killed: killedAt(20, '1 1'), connections: [300] },
    ['lost: durable 1 1 (killed )'],
  ],
  [
    'more lost than the log tells, or sooner',
    [
      ...[1, 2].map((n) => entry('offered', { ...durable, n })),
      entry('offered', { ...durable, n: 3, at: 4000 }),
      entry('given up', { run: 2, at: 60_010, count: 1 }),
      entry('given up', { run: 2, at: 60_009, count: 1 }),
    ],
    { killed: killedAt(4010, '1 1', '1 2', '1 3') },
    ['lost: durable 1 2 (killed )', 'lost: durable 1 3 (killed )'],
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
  [
    'a slow stop of the flows',
    [entry('stopping'), entry('stopped', { at: 4100 })],
    {},
    ['closing took 4090 ms'],
  ],
  ['a slow end of the process', [], { closes: [{ at: 1, ms: 4001 }] }, ['closing took 4001 ms']],
];

describe('the judge of the ledger', () => judged(cases));
