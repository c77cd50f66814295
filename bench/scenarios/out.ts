import { coreOut } from '../core-flows';
import { bareCommand, oursCommand, oursOut } from '../flows';
import type { PairedScenario } from '../paired';

const WINDOW = 100;

export const out: PairedScenario = {
  name: 'out',
  title: 'attributes out, QoS 1',
  contenders: [
    { name: 'ours', flow: oursOut, window: WINDOW },
    { name: 'core 3.1.1', flow: coreOut(4), window: WINDOW },
    { name: 'core 5', flow: coreOut(5), window: WINDOW },
  ],
  goals: [
    {
      what: 'attributes out, QoS 1',
      of: 'ours',
      with: ['core 3.1.1', 'core 5'],
      figures: 'speed',
      ratio: 1.3,
    },
  ],
};

const commands = (window: number): PairedScenario => ({
  name: `commands-${window}`,
  title: `command and reply, ${window} in flight`,
  contenders: [
    { name: 'ours', flow: oursCommand, window },
    { name: 'bare 3.1.1', flow: bareCommand(4), window },
    { name: 'bare 5', flow: bareCommand(5), window },
  ],
  goals: [
    {
      what: `command and reply, ${window} in flight`,
      of: 'ours',
      with: ['bare 3.1.1', 'bare 5'],
      figures: 'latency',
      ratio: 1,
    },
  ],
});

export const commandsOne = commands(1);
export const commandsMany = commands(200);
