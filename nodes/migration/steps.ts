/** What a flow file holds of a node. */
export type Properties = Readonly<Record<string, unknown>>;

/** From one version to the next: takes a node's properties as that version saved them, and returns the next one's. */
export type MigrationStep = (properties: Properties) => Properties;

/**
 * By node type: the n-th step leads from version n to n + 1, so a node's version is one more than it has steps. A step is
 * pure, and written once: it stays as it is when later ones come. A property that a later version renames or drops must stay
 * among the editor's `defaults`, with its `type`: of others the editor never hears. Where the runtime has the value of an
 * environment variable, the editor has `${NAME}`: a step leaves that as it is.
 */
export const MIGRATION_STEPS: Readonly<Record<string, readonly MigrationStep[]>> = {
  'eztcloud-config': [],
  'ezt-in': [],
  'ezt-attr-out': [],
  'ezt-command-out': [],
  'ezt-device': [],
  'ezt-watch': [],
};
