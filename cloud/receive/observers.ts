import type { Heard } from '../subscriptions/listener';

export type Observer = (heard: Heard) => void;

/** Tells each of `observers`; what one of them throws goes to `onError`, and the others are told all the same. */
export function tellObservers(
  observers: readonly Observer[],
  heard: Heard,
  onError: (error: unknown) => void,
): void {
  for (const observe of observers) {
    try {
      observe(heard);
    } catch (error) {
      onError(error);
    }
  }
}

/** Adds one to `observers`, which it may change. Mostly it is the only one, for which `push` would make room for seventeen. */
export function withObserver(observers: readonly Observer[], observe: Observer): readonly Observer[] {
  if (observers.length === 0) return [observe];
  (observers as Observer[]).push(observe);
  return observers;
}
