import type { Broker } from './broker';
import type { Load } from './load';

/** One measured value that stands for itself. */
export interface Finding {
  scenario: string;
  what: string;
  value: number;
  unit: string;
  goal?: string;
  met?: boolean;
}

/** A scenario that measures something other than contenders in turn. */
export interface SingleScenario {
  name: string;
  title: string;
  run(tools: Tools): Promise<Finding[]>;
}

export interface Tools {
  broker: Broker;
  load: Load;
  /** Fewer and smaller. */
  quick: boolean;
  rounds: number;
  progress(line: string): void;
}
