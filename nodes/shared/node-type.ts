import type { Node, NodeDef } from 'node-red';

/** What makes the nodes of one type; `this` is the new node. */
export type NodeType = (this: Node, raw: NodeDef) => void;
