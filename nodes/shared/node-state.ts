import type { Node, NodeAPI } from 'node-red';
import { isVariable } from '../../cloud';
import { deploysOf } from './deploys';
import { definitionOf, isInFlows } from './flow-nodes';

/**
 * Whether a deploy closes `node` for good, or to give it another project than `cloud`: what it has remembered for each
 * device is then no longer true. Not so for a disabled node, nor when Node-RED stops.
 */
export function leavesProject(RED: NodeAPI, { id, _alias }: Node, cloud: unknown): boolean {
  if (!deploysOf(RED).editing) return false;
  // Node-RED's `removed` is true for a disabled node, too, and never for one in a subflow.
  if (!isInFlows(RED, { id, _alias })) return true;
  if (_alias !== undefined) return false; // its project may have another id than in the subflow
  const next: unknown = Reflect.get(definitionOf(RED, id) ?? {}, 'cloud');
  return next !== cloud && !isVariable(next);
}
