import { type AliasRow, readAliasTable } from '../../cloud/protocol/alias-table';
import { type Aliases, createAliases, NO_ALIASES } from '../../cloud/protocol/aliases';
import { EztError } from '../../cloud/protocol/errors';
import { isVariable } from '../../cloud/protocol/names';
import { fieldText } from './form';
import type { EditedNode } from './red';

/** A node that names devices of a project. */
export type UsesProject = EditedNode<{ cloud: string }>;

/** The aliases of a project as they are in the editor, deployed or not. */
export interface KnownAliases extends Aliases {
  readonly rows: readonly AliasRow[];
  /** Nobody can tell here: a variable, or a table with something wrong in it. */
  readonly unknown: boolean;
}

const NONE: KnownAliases = { ...NO_ALIASES, rows: [], unknown: false };
const UNKNOWN: KnownAliases = { ...NONE, unknown: true };
/** Nodes are validated and drawn often, so a table is read once; the dialog puts a new one in its place. */
const read = new WeakMap<object, KnownAliases>();

/** The node whose form is open, or was last. */
let edited: unknown;

/** From now on the project of `node` is the one that its open form has chosen. Call it in `oneditprepare`. */
export function followForm(node: UsesProject): void {
  edited = node;
}

/** The id of the project that `node` uses, in its open form too. */
const projectOf = (node: UsesProject): unknown =>
  (node === edited ? fieldText(node, 'cloud') : undefined) ?? node.cloud;

/** What the project of `node` calls its devices. */
export function aliasesOf(node: UsesProject): KnownAliases {
  const cloud = projectOf(node);
  if (typeof cloud !== 'string' || cloud === '' || cloud === '_ADD_') return NONE;
  if (isVariable(cloud)) return UNKNOWN;
  const project = RED.nodes.node(cloud);
  const table: unknown = project && Reflect.get(project, 'aliases');
  if (table === undefined || table === null || table === '') return NONE;
  if (typeof table !== 'object') return UNKNOWN;
  const known = read.get(table) ?? readTable(table);
  read.set(table, known);
  return known;
}

function readTable(table: object): KnownAliases {
  try {
    return { ...createAliases(table), rows: readAliasTable(table), unknown: false };
  } catch (error) {
    if (error instanceof EztError) return UNKNOWN;
    throw error;
  }
}

/** What a name means, or why it means nothing: `undefined` where it is no alias and no tag. */
export function lookUp(aliases: Aliases, name: string): readonly string[] | EztError | undefined {
  try {
    return aliases.find(name);
  } catch (error) {
    if (error instanceof EztError) return error;
    throw error;
  }
}

/** What stands on a node for the device `named` in it: its alias, if it has one. */
export const deviceLabel = (node: UsesProject, named: string): string =>
  aliasesOf(node).nameOf(named.trim()) ?? named;
