import type { Node, NodeAPI, NodeDef } from 'node-red';
import { EztError } from '../../cloud';
import type { NodeType } from '../shared/node-type';
import { translate } from '../shared/texts';
import { currentVersion, migrate, savedVersion } from './migrate';

type Raw = NodeDef & Record<string, unknown>;

/** `make` for flows of every version: earlier ones are migrated, and of a later one the log and the sidebar hear. */
export function migrated(RED: NodeAPI, type: string, make: NodeType): NodeType {
  return function (this: Node, raw: NodeDef) {
    const properties = migrate(type, raw as Raw);
    if (properties !== raw) keepHidden(raw, properties);
    make.call(this, properties);
    const version = savedVersion(raw as Raw);
    const known = currentVersion(type);
    if (version > known) this.warn(translate(RED, new EztError('laterVersion', { version, known })).message);
  };
}

/** Node-RED hands over the flow and the module of a node as properties that no copy takes along. */
function keepHidden(from: object, to: object): void {
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(from))) {
    if (!property.enumerable) Object.defineProperty(to, name, property);
  }
}
