import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { Node, NodeAPI } from 'node-red';
import { EztError } from '../../cloud';

/** The part of a core `tls-config` node that is used. */
interface TlsNode extends Node {
  valid?: boolean;
  addTLSOptions(options: TlsOptions): void;
}

/** What the core `tls-config` node with this id says; system authorities when there is none. Throws `EZT_CONFIG`. */
export function tlsOptions(RED: NodeAPI, id: unknown): TlsOptions {
  const options: TlsOptions = {};
  if (typeof id !== 'string' || id === '') return options;
  const node = RED.nodes.getNode(id) as TlsNode | null;
  if (node?.type !== 'tls-config' || node.valid === false) throw new EztError('tlsNode');
  node.addTLSOptions(options);
  return options;
}
