// The part of the editor's API that the sidebar uses, as Node-RED 4 and 5 have it; the published types know half of it.

/** A node on the workspace, or on its way there. */
export interface WorkspaceNode {
  id: string;
  type: string;
  x: number;
  y: number;
  w: number;
  h: number;
  z?: string;
  [property: string]: unknown;
}

/** What the history takes. */
interface Added {
  t: 'add';
  nodes: string[];
  dirty: boolean;
}

export interface Workspace {
  nodes: {
    add(node: WorkspaceNode, options: { source: string }): WorkspaceNode | undefined;
    filterNodes(filter: { z: string }): WorkspaceNode[];
  };
  view: {
    createNode(type: string, x: number, y: number): { node: WorkspaceNode; historyEvent: Added } | undefined;
    select(selection: { nodes: WorkspaceNode[] }): void;
    redraw(updateActive: boolean): void;
    scale(): number;
    readonly snapGrid?: boolean;
    tools: { calculateGridSnapOffsets(node: WorkspaceNode): { x: number; y: number } };
  };
  editor: {
    validateNode(node: WorkspaceNode): boolean;
    /** Opens the dialog of a config node (`_ADD_`: a new one) that the property `name` of `node` is to refer to. */
    editConfig(name: string, type: string, id: string, prefix: string, node: object): void;
  };
  sidebar: {
    addTab(options: {
      id: string;
      label: string;
      name: string;
      content: HTMLElement;
      iconClass: string;
      enableOnEdit: boolean;
      action: string;
    }): void;
    removeTab(id: string): void;
    show(id: string): void;
    containsTab(id: string): boolean;
  };
  actions: { add(name: string, action: () => void): void; remove(name: string): void };
  popover: {
    menu(options: {
      options: { label: string; onselect(): void }[];
      disposeOnClose: boolean;
      onclose?(cancelled?: boolean): void;
    }): { show(options: { target: JQuery; align: 'left' | 'right'; offset: [number, number] }): void };
  };
  i18n: { lang(): string };
  notify(
    message: string | JQuery,
    options: { type: 'error' | 'warning' | 'success'; timeout?: number },
  ): unknown;
}
