import type { Listener } from './listener';
import type { Router } from './router';
import type { Subscriptions } from './subscriptions';

/** Who listens, as they come and go; the subscriptions follow. */
export interface Listeners {
  add(listener: Listener): void;
  /** From now on it gets nothing more. */
  remove(listener: Listener): void;
  /** Sends at once what else would be sent together with what changes in this turn. */
  update(): void;
  /** Sends what was kept back while paused. */
  catchUp(): void;
  /** As {@link Subscriptions.attach}, with what has changed meanwhile. */
  attach: Subscriptions['attach'];
  /** The broker's reason code for a part of what `listener` wants and does not get. */
  refusalOf(listener: Listener): number | undefined;
}

/** `paused`: flows are being deployed, and whoever leaves may only be making room for its successor. */
export function createListeners(
  router: Router,
  subscriptions: Subscriptions,
  paused: () => boolean,
): Listeners {
  let outdated = false; // the subscriptions
  /** What those wanted that left while paused: their filters stay until it is over. */
  let wanted: Listener[] = [];

  /** Many listeners come and go in one deploy: their subscriptions are sent together. */
  function outdate() {
    if (!outdated) setImmediate(() => !paused() && update());
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
      router.remove(listener);
      if (paused()) {
        const { devices, channels, streams, qos, unshared } = listener;
        const interest = { devices, channels, streams, qos, unshared };
        wanted.push(interest);
        router.add(interest);
      }
      outdate();
    },
    update,
    catchUp() {
      for (const interest of wanted) router.remove(interest);
      if (wanted.length > 0) outdated = true;
      wanted = [];
      update();
    },
    attach(...connected) {
      outdated = false;
      return subscriptions.attach(...connected);
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
