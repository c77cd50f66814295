import type { SingleScenario } from '../findings';
import type { PairedScenario } from '../paired';
import { deploy } from './deploy';
import { inChanged, inEach, inMany, inOne } from './in';
import { load } from './load';
import { memory } from './memory';
import { commandsMany, commandsOne, out } from './out';
import { fanOut, large, small, values } from './payloads';
import { watch } from './watch';

/** Everything `npm run bench` measures, in this order. */
export const PAIRED: readonly [PairedScenario, ...PairedScenario[]] = [
  inOne,
  inChanged,
  inEach,
  inMany,
  watch,
  fanOut,
  large,
  small,
  values,
  out,
  commandsOne,
  commandsMany,
];
export const SINGLE: readonly SingleScenario[] = [deploy, memory, load];
