/** One of the sidebar's views of a project. */
export interface Panel {
  readonly content: HTMLElement;
  /** Another project is chosen: the id of its config node. */
  setProject(id: string): void;
  /** Asks, and shows the answer. Rejects with `NoAnswer`. */
  ask(): Promise<void>;
}
