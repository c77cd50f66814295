/** Calls every listener when something has changed. */
export interface Notifier {
  /** Returns how to remove the listener. */
  add(listener: () => void): () => void;
  notify(): void;
}

/** `onError` gets what a listener throws; the others are called all the same. */
export function createNotifier(onError: (error: unknown) => void): Notifier {
  const listeners = new Set<() => void>();
  return {
    add(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    notify() {
      for (const listener of listeners) {
        try {
          listener();
        } catch (error) {
          onError(error);
        }
      }
    },
  };
}
