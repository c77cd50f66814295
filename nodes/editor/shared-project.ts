/** What a node looks like in a flow that is imported. */
interface Imported {
  readonly [property: string]: unknown;
}

/** The config nodes that the example flows share have ids that begin like this. */
const SHARED = /^e27c10d0000000[0-9a-f]{2}$/;
const PROJECT = 'e27c10d000000001';
/** What the examples have of their own in them. */
const EXAMPLES: Readonly<Record<string, Imported>> = {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Node-RED's form of an environment variable
  'eztcloud-config': { endpoint: '${EZT_ENDPOINT}' },
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Node-RED's form of an environment variable
  'tls-config': { ca: '${EZT_CA_FILE}', verifyservercert: true },
};
/** Properties that may differ, and still nobody has to be asked. */
const ANY = ['name', 'tls', 'version'];

/** What the import needs to know of the workspace. */
export interface Present {
  has(id: string): boolean;
  /** The defaults of a node type, by property. */
  defaults(type: string): Readonly<Record<string, { value: unknown }>>;
  /** What the user has decided about nodes that are there already, by id. */
  decided?: Readonly<Record<string, unknown>> | undefined;
}

/** Whether `node` is one of those, by its id. */
export const isShared = ({ id }: Imported): boolean => typeof id === 'string' && SHARED.test(id);

/**
 * The nodes of an example without the shared config nodes that the workspace has already. Node-RED would ask what to do
 * about them, although there is nothing to decide: the second example is for the project that the first has brought.
 * A project that is there keeps its TLS configuration, too, even if that is none. A flow with values of its own in the
 * project or its TLS configuration is no example, and stays as it is.
 */
export function withoutShared<N extends Imported>(nodes: readonly N[], present: Present): N[] {
  const shared = nodes.filter(isShared);
  if (!shared.some(({ id }) => id === PROJECT) || !shared.every((node) => isAsShipped(node, present)))
    return [...nodes];
  const there = ({ id, type }: N) =>
    present.decided?.[String(id)] === undefined &&
    (present.has(String(id)) || (type === 'tls-config' && present.has(PROJECT)));
  return nodes.filter((node) => !(isShared(node) && there(node)));
}

/** Those of other packages are taken for it. */
function isAsShipped(node: Imported, present: Present): boolean {
  const own = EXAMPLES[String(node.type)];
  if (!own) return true;
  const { credentials } = node;
  const secrets = credentials && typeof credentials === 'object' ? Object.values(credentials) : [];
  if (!secrets.every((secret) => String(secret).startsWith('$' + '{EZT_'))) return false;
  return Object.entries(present.defaults(String(node.type))).every(([name, { value }]) => {
    const expected = own[name] ?? value;
    return ANY.includes(name) || JSON.stringify(node[name] ?? expected) === JSON.stringify(expected);
  });
}

type ImportNodes = (
  nodes: unknown,
  options?: { importMap?: Record<string, unknown> },
  ...rest: unknown[]
) => unknown;

/** Makes Node-RED's import leave them out, but for those about which its user has decided after its question. */
export function shareProjectOfExamples(): void {
  const { view } = RED as unknown as { view?: { importNodes?: ImportNodes } };
  const importNodes = view?.importNodes;
  if (!view || typeof importNodes !== 'function') return;
  view.importNodes = (nodes, options, ...rest) => {
    const present: Present = {
      has: (id) => Boolean(RED.nodes.node(id)),
      defaults: (type) => RED.nodes.getType(type)?.defaults ?? {},
      decided: options?.importMap,
    };
    return importNodes(Array.isArray(nodes) ? withoutShared(nodes, present) : nodes, options, ...rest);
  };
}
