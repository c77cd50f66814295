import type { Interest, Router } from './router';
import type { Subscriptions } from './subscriptions';

/** Who listens, as they come and go; the subscriptions follow. */
export interface Listeners {
  add(listener: Interest): void;
  remove(listener: Interest): void;
  /** Sends at once what else would be sent together with what changes in this turn. */
  update(): void;
  /** As {@link Subscriptions.attach}, with what has changed meanwhile. */
  attach: Subscriptions['attach'];
  /** Keeps changes back while flows are deployed. */
  pause(): void;
  resume(): void;
  /** The broker's reason code for a part of what `listener` wants and does not get. */
  refusalOf(listener: Interest): number | undefined;
}

export function createListeners(router: Router<Interest>, subscriptions: Subscriptions): Listeners {
  let outdated = false; // the subscriptions
  let paused = false;
  /** Gone while flows were deployed: perhaps only to come back, so what they listened to is kept until the end. */
  const departed = new Set<Interest>();

  /** Many listeners come and go in one deploy: their subscriptions are sent together. */
  function outdate() {
    if (!outdated) setImmediate(() => !paused && update());
    outdated = true;
  }

  function update() {
    if (outdated) void subscriptions.reconcile();
    outdated = false;
  }

  return {
    add(listener) {
      router.add(listener);
      outdate();
    },
    remove(listener) {
      if (paused) departed.add(listener);
      else router.remove(listener);
      outdate();
    },
    update,
    attach(...connected) {
      outdated = false;
      return subscriptions.attach(...connected);
    },
    pause() {
      paused = true;
    },
    resume() {
      paused = false;
      for (const listener of departed) router.remove(listener);
      if (departed.size > 0) outdated = true;
      departed.clear();
      update();
    },
    refusalOf(listener) {
      if (subscriptions.refused.size === 0) return undefined;
      for (const filters of router.serving(listener)) {
        if (filters.some((filter) => subscriptions.held.has(filter))) continue;
        const refused = filters.find((filter) => subscriptions.refused.has(filter));
        if (refused !== undefined) return subscriptions.refused.get(refused);
      }
      return undefined;
    },
  };
}
