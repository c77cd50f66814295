import { core, coreSwitch } from '../core-flows';
import { bare, ours, oursForAll } from '../flows';
import type { PairedScenario } from '../paired';
import type { Contender } from '../subject';
import { LATER, REPORT } from '../traffic';

const reports = (devices: number) => ({ devices, leaves: ['attributes'], payload: REPORT });

/** A node that takes everything hears 1,000 devices. */
const BARE_3: Contender = { name: 'bare 3.1.1, 1 node', flow: bare(4), traffic: reports(1000) };
const BARE_5: Contender = { name: 'bare 5, 1 node', flow: bare(5), traffic: reports(1000) };
const OURS: Contender = { name: 'ours, 1 node', flow: ours(), traffic: reports(1000) };
const CORE_3: Contender = { name: 'core 3.1.1, 1 node', flow: core(4), traffic: reports(1000) };
const CORE_5: Contender = { name: 'core 5, 1 node', flow: core(5), traffic: reports(1000) };

const oursEach = (nodes: number): Contender => ({
  name: `ours, ${nodes} nodes`,
  flow: ours(nodes),
  traffic: reports(nodes),
});
const coreEach = (version: 4 | 5, nodes: number): Contender => ({
  name: `core ${version === 4 ? '3.1.1' : '5'}, ${nodes} nodes`,
  flow: core(version, nodes),
  traffic: reports(nodes),
});
const SWITCH: Contender = { name: 'core + switch, 1000', flow: coreSwitch(1000), traffic: reports(1000) };

export const inOne: PairedScenario = {
  name: 'in-one',
  title: '1 node, all devices',
  contenders: [OURS, BARE_3, BARE_5, CORE_3, CORE_5],
  goals: [
    {
      what: '1 node, all devices',
      of: OURS.name,
      with: [BARE_3.name, BARE_5.name],
      figures: 'speed',
      ratio: 1.35,
    },
    {
      what: '1 node, all devices',
      of: OURS.name,
      with: [CORE_3.name, CORE_5.name],
      figures: 'speed',
      ratio: 1.4,
    },
  ],
};

/** Every message differs from the one before in two of its eight attributes. */
const changing = { ...reports(1000), alternate: LATER };
const ALWAYS: Contender = { name: 'ours, every message', flow: ours(), traffic: changing };
const CHANGED: Contender = {
  name: 'ours, changed only',
  flow: ours(0, { when: 'changed' }),
  traffic: changing,
};
const DEADBAND: Contender = {
  name: 'ours, deadband',
  flow: ours(0, { when: 'deadband', deadband: '0.01%' }),
  traffic: changing,
};

export const inChanged: PairedScenario = {
  name: 'in-changed',
  title: '1 node, all devices, changes only',
  contenders: [ALWAYS, CHANGED, DEADBAND],
  goals: [
    {
      what: '1 node, changes only',
      of: CHANGED.name,
      with: [ALWAYS.name],
      figures: 'speed',
      ratio: 0.8,
    },
  ],
};

export const inEach: PairedScenario = {
  name: 'in-each',
  title: '100 and 1,000 nodes, a device each',
  contenders: [
    OURS,
    oursEach(100),
    oursEach(1000),
    coreEach(4, 100),
    coreEach(5, 100),
    coreEach(4, 1000),
    coreEach(5, 1000),
    SWITCH,
  ],
  goals: [
    {
      what: '100 nodes, a device each',
      of: 'ours, 100 nodes',
      with: [OURS.name],
      figures: 'speed',
      ratio: 0.95,
    },
    {
      what: '1,000 nodes, a device each',
      of: 'ours, 1000 nodes',
      with: [OURS.name],
      figures: 'speed',
      ratio: 0.95,
    },
    {
      what: '1,000 nodes, a device each',
      of: 'ours, 1000 nodes',
      with: ['core 3.1.1, 1000 nodes', 'core 5, 1000 nodes', SWITCH.name],
      figures: 'speed',
      ratio: 5,
    },
  ],
};

/** Ten nodes, each for a data stream of its own of every device. */
const WILDCARDS: Contender = {
  name: 'ours, 10 wildcard nodes',
  flow: oursForAll(10, (i) => ({ types: ['data'], streams: [`s${i}`], dataFormat: 'json' })),
  traffic: { devices: 100_000, leaves: Array.from({ length: 10 }, (_, i) => `data/s${i}`), payload: REPORT },
};

export const inMany: PairedScenario = {
  name: 'in-many',
  title: '10,000 nodes; 100,000 devices',
  contenders: [OURS, oursEach(10_000), WILDCARDS],
  goals: [
    {
      what: '10,000 nodes, a device each',
      of: 'ours, 10000 nodes',
      with: [OURS.name],
      figures: 'speed',
      ratio: 0.9,
    },
    {
      what: '100,000 devices, 10 wildcard nodes',
      of: WILDCARDS.name,
      with: [OURS.name],
      figures: 'speed',
      ratio: 0.9,
    },
  ],
};
