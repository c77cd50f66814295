import type { Node, NodeAPI, NodeDef } from 'node-red';
import { EztError } from '../../cloud';
import { migrate } from '../migration/migrate';

/** Properties or credentials, by name. */
export type Values = Readonly<Record<string, unknown>>;

/** A config node as it is deployed. */
export interface Deployed {
  /** As in the flow file, of this version, with variables not replaced. */
  readonly properties: Values;
  readonly credentials: Values;
  /** The node that runs with them; `undefined` while it is disabled. */
  readonly node: Node | undefined;
}

/** The deployed node of this id and type; `running`: in a subflow it has another id. */
export function deployedNode(RED: NodeAPI, id: unknown, type: string, running?: Node): Deployed | undefined {
  let found: NodeDef | undefined;
  RED.nodes.eachNode((node) => {
    if (node.id === id && node.type === type) found = node;
  });
  if (!found) return undefined;
  const credentials: unknown = RED.nodes.getCredentials(found.id);
  return {
    properties: migrate(type, found as NodeDef & Values),
    credentials: { ...(credentials as Values | undefined) },
    node: running ?? RED.nodes.getNode(found.id) ?? undefined,
  };
}

/** What the editor sends for a stored password that was not changed. */
const UNCHANGED = '__PWRD__';

/** Whether a credential was typed; otherwise the stored one is meant. */
export const isTyped = (value: unknown): boolean => value !== undefined && value !== UNCHANGED;

/** Reads the values of a dialog. */
export interface Taking {
  /** Throws `EZT_CONFIG` if `option`, which was not typed, would go elsewhere than to the stored access point. */
  keepHere(option: string): void;
  /**
   * The value of `option`, where `values` says what was typed, and `written` what is deployed. `sent`: whether the server
   * gets to see it, as by default. Throws `EZT_CONFIG`.
   */
  take(
    option: string,
    values: Values,
    written: Values,
    deployed: Deployed | undefined,
    sent?: boolean,
  ): unknown;
}

/**
 * The value of a variable in a form, if it is the deployed one (`written`). With any other, a user who may only test
 * connections could read the environment of Node-RED: throws `EZT_CONFIG` (deploy first).
 */
export function variableValue(
  RED: NodeAPI,
  option: string,
  variable: string,
  written: unknown,
  deployed: Deployed | undefined,
): unknown {
  if (variable !== written || !deployed?.node) throw new EztError('deployFirst', { option });
  // As Node-RED itself does: a variable that is not set stays as it is.
  return RED.util.getSetting(deployed.node, variable.slice(2, -1)) ?? variable;
}
