declare module 'node-red-node-test-helper' {
  import type { EventEmitter } from 'node:events';
  import type { RequestListener } from 'node:http';
  import type { Node, NodeInitializer } from '@node-red/registry';

  export type Flow = readonly Readonly<Record<string, unknown>>[];
  export type Credentials = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  export type DeployType = 'full' | 'flows' | 'nodes';

  /** The part of the helper that these tests use; the package brings no types. */
  export interface NodeTestHelper {
    /** Node-RED's runtime; `setFlows` of the helper itself waits for the start of the flows for 300 ms only. */
    readonly _redNodes: {
      setFlows(flow: Flow, credentials: Credentials | null, type: DeployType): Promise<string>;
      stopFlows(): Promise<void>;
    };
    readonly _events: EventEmitter;
    /** The express application of the admin API; `load` makes a new one. */
    readonly _httpAdmin: RequestListener;
    init(runtimePath: string): void;
    settings(settings: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
    load(nodes: NodeInitializer | NodeInitializer[], flow: Flow, credentials?: Credentials): Promise<void>;
    unload(): Promise<void>;
    getNode(id: string): Node | null;
    startServer(): Promise<void>;
    stopServer(): Promise<void>;
    /** A spy on what is logged since `load`, and the levels. */
    log(): {
      readonly args: readonly [{ readonly level: number; readonly id?: string; readonly msg: unknown }][];
      readonly ERROR: number;
      readonly WARN: number;
      readonly INFO: number;
    };
    /** Address of the server that `startServer` started. */
    url(): string;
  }

  const helper: NodeTestHelper;
  export default helper;
}
