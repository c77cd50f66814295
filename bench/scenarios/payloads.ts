import { core, coreForAll, coreSplit } from '../core-flows';
import { ours, oursForAll } from '../flows';
import type { PairedScenario } from '../paired';
import type { Contender } from '../subject';
import { FIFTY, LARGE, REPORT, SMALL } from '../traffic';

type Flow = Contender['flow'];

/** Ours beside core over both versions of MQTT, all with the same payload. */
function beside(
  name: string,
  title: string,
  payload: string,
  devices: number,
  fanOut: number,
  flows: { ours: Flow; core: (version: 4 | 5) => Flow },
  ratio: number,
): PairedScenario {
  const traffic = { devices, leaves: ['attributes'], payload };
  const peers = ['core 3.1.1', 'core 5'];
  return {
    name,
    title,
    contenders: [
      { name: 'ours', flow: flows.ours, traffic, fanOut },
      { name: 'core 3.1.1', flow: flows.core(4), traffic, fanOut },
      { name: 'core 5', flow: flows.core(5), traffic, fanOut },
    ],
    goals: [{ what: title, of: 'ours', with: peers, figures: 'speed', ratio }],
  };
}

export const fanOut = beside(
  'in-all',
  '100 nodes that all want every message',
  REPORT,
  1000,
  100,
  { ours: oursForAll(100), core: (version) => coreForAll(version, 100) },
  1.4,
);

export const large = beside('payload-1mb', '1 MB payload', LARGE, 4, 1, { ours: ours(), core }, 1.2);
export const small = beside('payload-10b', '10-byte payload', SMALL, 1000, 1, { ours: ours(), core }, 1.5);

export const values = beside(
  'values',
  'value output, 50 attributes (core: + split)',
  FIFTY,
  1000,
  50,
  {
    ours: ours(0, { output: 'value' }),
    core: coreSplit,
  },
  2,
);
