import type { RED as EditorRED } from '@node-red/editor-client';
import type { Workspace } from '../sidebar/workspace';

export type Translate = (key: string, params?: Record<string, string | number>) => string;

/**
 * What Node-RED 3 and later take as a validator: `true`, or the sentence that says what is wrong. Node-RED shows
 * that sentence as HTML, so it must never hold the value. It must have two parameters to be asked for a sentence.
 */
export type Validator<N> = (this: N, value: unknown, options: { label?: string }) => boolean | string;

interface Property<V, N> {
  value: V;
  required?: boolean;
  /** Type of config node the property refers to. */
  type?: string;
  /** The name of the property in Node-RED's own messages. */
  label?: string;
  validate?: Validator<N>;
}

export type EditedNode<P> = P & {
  readonly id: string;
  /** New or edited since the last deploy. */
  readonly changed?: boolean;
  readonly _: Translate;
  readonly _def: {
    readonly category: string;
    readonly defaults: Record<
      string,
      {
        value: unknown;
        type?: string;
        validate?(this: unknown, value: unknown, options: object): boolean | string;
      }
    >;
  };
};

/** A node that is being added to a flow. */
export interface AddedNode {
  readonly id: string;
  /** Of the flow or subflow. */
  readonly z?: string;
  /** Not there yet when it comes from the palette; what is imported has one. */
  readonly x?: number;
  cloud?: unknown;
}

interface Definition<P, C extends string> {
  category: string;
  color?: string;
  icon: string;
  inputs?: 0 | 1;
  outputs?: number;
  align?: 'right';
  defaults: { [K in keyof P]: Property<P[K], EditedNode<P>> };
  credentials?: {
    [K in C]: {
      type: 'text' | 'password';
      required: true;
      label: string;
      validate?: Validator<EditedNode<P>>;
    };
  };
  paletteLabel(this: { _: Translate }): string;
  label(this: EditedNode<P>): string;
  labelStyle?(this: EditedNode<P>): string;
  inputLabels?(this: EditedNode<P>): string;
  /** `index`: of the port, from 0. */
  outputLabels?(this: EditedNode<P>, index: number): string;
  /** It stands in the palette now, or no longer. */
  onpaletteadd?(): void;
  onpaletteremove?(): void;
  /** It has been dragged from the palette, or imported. */
  onadd?(this: AddedNode): void;
  oneditprepare?(this: EditedNode<P>): void;
  oneditsave?(this: EditedNode<P>): void;
  oneditcancel?(this: EditedNode<P>): void;
  oneditdelete?(this: EditedNode<P>): void;
}

/** What the editor knows of any node. `changed`: new or edited since the last deploy. */
export interface EditorNode {
  readonly changed?: boolean;
  readonly credentials?: Readonly<Record<string, unknown>>;
  /** Of a config node: the nodes that use it. */
  readonly users?: readonly object[];
  readonly _def: { readonly defaults: object; readonly credentials?: object };
}

/** A config node of the workspace. `d`: it is disabled; `z`: the flow it belongs to, empty for all. */
export interface EditorConfigNode extends EditorNode {
  readonly id: string;
  readonly type: string;
  readonly d?: boolean;
  readonly z?: string;
  readonly [property: string]: unknown;
}

interface NodeDefinition {
  readonly defaults: Record<string, { value: unknown }>;
  readonly _: Translate;
}

/** The part of the editor's API used here; the published types know neither messages of validators nor labels. */
interface Editor extends Pick<EditorRED, '_'>, Omit<Workspace, 'nodes'> {
  nodes: Workspace['nodes'] & {
    registerType<P, C extends string = never>(type: string, definition: Definition<P, C>): void;
    /** A node of the workspace, deployed or not. */
    node(id: string): EditorConfigNode | null;
    eachConfig(look: (node: EditorConfigNode) => unknown): void;
    getType(type: string): NodeDefinition;
    /** A new id. */
    id(): string;
    add(node: object): void;
    /** Counts it among the users of the config nodes that it names, or no longer. */
    updateConfigNodeUsers(node: object, options: { action: 'add' | 'remove' }): void;
    remove(id: string): void;
    dirty(dirty?: boolean): boolean;
    /** The installed nodes. */
    registry: { getNodeSetForType(type: string): { version?: string } | null };
  };
  workspaces: {
    /** The id of the flow that is shown. */
    active(): string;
    isLocked?(): boolean;
  };
  events: {
    on(name: 'nodes:add', listener: (node: never) => void): void;
    emit(name: 'nodes:change', node: object): void;
  };
  history: {
    push(
      event:
        | { t: 'add'; nodes: string[]; dirty: boolean }
        | { t: 'edit'; node: object; changes: object; changed: boolean; dirty: boolean },
    ): void;
  };
  /** `message`: a key of a catalogue, shown beside `element` when it has been copied. */
  clipboard: { copyText(text: string, element: JQuery, message: string): boolean };
  settings: { version: string };
  validators: { typedInput(typeField: string): Validator<unknown> };
}

export interface Completion {
  value: string;
  /** Shown by Node-RED as text. */
  label: string;
  /** Another name, by which it is found too. */
  also?: string;
}

declare global {
  const RED: Editor;
  interface JQuery {
    autoComplete(options: {
      minLength: number;
      search(value: string, done: (completions: Completion[]) => void): void;
    }): this;
  }
}

/** The translated name of a property, for `defaults`, which are read before any node (and its `_`) exists. */
export function labelOf(property: string): string {
  return RED._(`@eztcloud/node-red-eztcloud/eztcloud:eztcloud.label.${property}`);
}

/** Node-RED's style for a node that its user has named. */
export function labelStyle(this: { name: string }): string {
  return this.name ? 'node_label_italic' : '';
}
