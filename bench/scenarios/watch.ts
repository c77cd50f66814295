import { ours, oursWatching } from '../flows';
import type { PairedScenario } from '../paired';
import type { Contender } from '../subject';
import { REPORT } from '../traffic';

const traffic = { devices: 1000, leaves: ['attributes'], payload: REPORT };
const OURS: Contender = { name: 'ours, 1 node', flow: ours(), traffic };
/** One `ezt-in` for all devices, and 1,000 `ezt-watch` with a device each, of which nothing is to be told. */
const watching = (what: string, options: Record<string, unknown>): Contender => ({
  name: `ours, 1 node, 1,000 ${what}`,
  flow: oursWatching(1000, options),
  traffic,
});
const SILENCE = watching('silences', { mode: 'silence', after: 900 });
const LIMITS = watching('limits', { mode: 'threshold', attribute: 'temperature', op: 'gt', value: 1e6 });

export const watch: PairedScenario = {
  name: 'watch',
  title: '1 node, 1,000 watches beside it',
  contenders: [OURS, SILENCE, LIMITS],
  goals: [SILENCE, LIMITS].map(({ name }) => ({
    what: name,
    of: name,
    with: [OURS.name],
    figures: 'speed',
    ratio: 0.95,
  })),
};
