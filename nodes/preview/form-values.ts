import type { NodeAPI } from 'node-red';
import { isPlainObject, isVariable } from '../../cloud';
import { type Deployed, deployedNode, variableValue } from '../eztcloud-config/deployed';
import type { Raw } from '../shared/raw-settings';

/** The values of a node's form, as its runtime would get them. */
export interface FormValues {
  type: string;
  raw: Raw;
  /** The node as it is deployed, if it is. */
  deployed: Deployed | undefined;
}

/**
 * Reads `{ type, id, …properties }`, saved or not. Of a variable only the deployed node's own are read: with any other a
 * user could read the environment of Node-RED. Throws `EZT_CONFIG`.
 */
export function formValues(RED: NodeAPI, body: unknown): FormValues {
  // What is no setting: a variable in its place does not matter here.
  const { type, values, name, cloud, ...form } = isPlainObject(body) ? body : {};
  const deployed = deployedNode(RED, form.id, String(type));
  const read = Object.entries(form).map(([name, value]) => {
    const written = deployed?.properties[name];
    return [
      name,
      Array.isArray(value) ? value.map((item) => take(name, item, written)) : take(name, value, written),
    ];
  });

  function take(name: string, value: unknown, written: unknown): unknown {
    if (!isVariable(value)) return value;
    const own: unknown = Array.isArray(written) ? written.find((item) => item === value) : written;
    return variableValue(RED, name, value, own, deployed);
  }
  return { type: String(type), raw: { ...Object.fromEntries(read), id: String(form.id) } as Raw, deployed };
}
