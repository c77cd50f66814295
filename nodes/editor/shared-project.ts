/** What a node looks like in a flow that is imported. */
interface Imported {
  readonly id?: unknown;
  readonly type?: unknown;
  readonly endpoint?: unknown;
}

/** The config nodes that the example flows share have ids that begin like this. */
const SHARED = /^e27c10d0000000[0-9a-f]{2}$/;
const PROJECT = 'e27c10d000000001';
// biome-ignore lint/suspicious/noTemplateCurlyInString: Node-RED's form of an environment variable
const ENDPOINT = '${EZT_ENDPOINT}';

/** Whether `node` is one of those, by its id. */
export const isShared = ({ id }: Imported): boolean => typeof id === 'string' && SHARED.test(id);

/**
 * The nodes of an example without the shared config nodes that the workspace has already. Node-RED would ask what to do
 * about them, although there is nothing to decide: the second example is for the project that the first has brought.
 * A project that is there keeps its TLS configuration, too, even if that is none. A flow with values of its own in the
 * project is no example, and stays as it is.
 */
export function withoutShared<N extends Imported>(nodes: readonly N[], has: (id: string) => boolean): N[] {
  if (!nodes.some(({ id, endpoint }) => id === PROJECT && endpoint === ENDPOINT)) return [...nodes];
  const there = ({ id, type }: N) => has(String(id)) || (type === 'tls-config' && has(PROJECT));
  return nodes.filter((node) => !(isShared(node) && there(node)));
}

interface Importer {
  view?: {
    /** `importMap`: what the user has decided about nodes that are there already. */
    importNodes?(nodes: unknown, options?: { generateIds?: boolean; importMap?: object }): unknown;
  };
}

/** Makes Node-RED's import leave them out, unless it is a second try: then its user has decided. */
export function shareProjectOfExamples(): void {
  const { view } = RED as unknown as Importer;
  const importNodes = view?.importNodes;
  if (!view || typeof importNodes !== 'function') return;
  view.importNodes = (nodes, options) => {
    const decided = options?.generateIds || options?.importMap;
    if (decided || !Array.isArray(nodes)) return importNodes(nodes, options);
    return importNodes(
      withoutShared(nodes, (id) => Boolean(RED.nodes.node(id))),
      options,
    );
  };
}
