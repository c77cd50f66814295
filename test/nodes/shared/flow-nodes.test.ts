import type { NodeAPI } from 'node-red';
import should from 'should';
import { definitionOf, isDisabled, isInFlows, isLeftOut } from '../../../nodes/shared/flow-nodes';

const FLOWS = [
  { id: 'tab', type: 'tab' },
  { id: 'off', type: 'tab', disabled: true },
  { id: 'cloud', type: 'eztcloud-config' },
  { id: 'cloud-2', type: 'eztcloud-config', z: 'off' },
  { id: 'outer', type: 'subflow' },
  { id: 'inner', type: 'subflow' },
  { id: 'config', type: 'eztcloud-config', z: 'inner', d: true },
  { id: 'nested', type: 'subflow:inner', z: 'outer' },
  { id: 'one', type: 'subflow:outer', z: 'tab' },
  { id: 'two', type: 'subflow:inner', z: 'tab' },
  { id: 'three', type: 'subflow:inner', z: 'tab', d: true },
  { id: 'four', type: 'subflow:inner', z: 'off' },
  { id: 'watch', type: 'ezt-watch', z: 'inner' },
  { id: 'module', type: 'a subflow of a module', z: 'tab' },
];
const red = {
  nodes: { eachNode: (each: (node: object) => void) => void FLOWS.map((node) => each(node)) },
} as unknown as NodeAPI;

describe('a node in the flows', () => {
  const found: Record<string, string | undefined> = {
    cloud: 'cloud',
    'cloud-2': 'cloud-2',
    'cloud-3': undefined,
    'two-config': 'config',
    'one-nested': 'nested',
    'one-nested-config': 'config',
    'one-config': undefined,
    'two-nested': undefined,
    'gone-config': undefined,
    'module-config': undefined,
  };
  for (const [id, definition] of Object.entries(found)) {
    it(`${id} is ${definition ?? 'none'}`, () => {
      should(definitionOf(red, id)?.id).equal(definition);
    });
  }

  it('is there as long as it is defined, or the instance of a module whose nodes no flow has', () => {
    const there = (id: string, _alias?: string) => isInFlows(red, { id, _alias });
    should([there('cloud'), there('cloud-3'), there('gone')]).deepEqual([true, false, false]);
    should([there('one-nested-config', 'config'), there('gone-config', 'config')]).deepEqual([true, false]);
    should([there('module-config', 'config'), there('module-config')]).deepEqual([true, false]);
  });

  it('is disabled by itself or with its tab', () => {
    const disabled = (id: string) => {
      const node = definitionOf(red, id);
      return node && isDisabled(red, node);
    };
    should(['cloud', 'cloud-2', 'two-config'].map(disabled)).deepEqual([false, true, true]);
  });

  it('is left out with the instance of a subflow that it is in, too', () => {
    const leftOut = ['cloud-2', 'two-config', 'three-watch', 'four-watch'];
    for (const id of leftOut) should([id, isLeftOut(red, id)]).deepEqual([id, true]);
    for (const id of ['cloud', 'two-watch', 'one-nested-watch', 'gone', 'module-watch'])
      should([id, isLeftOut(red, id)]).deepEqual([id, false]);
  });
});
