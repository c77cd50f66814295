import should from 'should';
import { judge } from './judge';
import type { Entry, Observations } from './ledger';

/** The process that tests of the judge speak of. */
export const RUN = 1;

export const entry = (event: Entry['event'], more: Partial<Entry> = {}): Entry => ({
  run: RUN,
  at: 10,
  event,
  stream: 'push',
  n: 1,
  ...more,
});
export const mark = (n = 1, at = 20, stream = 'push') => ({ stream, n, run: RUN, at });

const nothing: Observations = {
  faults: [],
  connections: [],
  deviceConnections: [],
  killed: [],
  brokerKilled: [],
  closes: [],
  published: [],
  received: [],
};

/** What the ledger says, what was seen from outside, and the promises that this breaks. */
export type Case = [what: string, entries: Entry[], seen: Partial<Observations>, violations: string[]];

/** A test for each. */
export function judged(cases: readonly Case[]): void {
  for (const [what, entries, seen, violations] of cases) {
    it(`${what}: ${violations.length === 0 ? 'nothing is broken' : 'a broken promise'}`, () => {
      should(judge(entries, { ...nothing, ...seen }).violations).deepEqual(violations);
    });
  }
}
