import type { Listener } from './listener';
import type { Router } from './router';
import type { Subscriptions } from './subscriptions';

/** Adds and removes listeners, and keeps the subscriptions up to date. */
export interface Listeners {
  add(listener: Listener): void;
  /** It gets no message any more. */
  remove(listener: Listener): void;
  /** Updates the subscriptions now instead of at the end of the turn. */
  update(): void;
  /** Makes the changes that waited while paused. */
  catchUp(): void;
  /** As {@link Subscriptions.attach}; changes that wait are included. */
  attach: Subscriptions['attach'];
  /** The broker's reason code when it refuses a subscription that `listener` needs. */
  refusalOf(listener: Listener): number | undefined;
}

/**
 * `paused`: whether flows are being deployed. A listener that is removed then may be about to be replaced. `initial` is
 * told of each that comes or goes.
 */
export function createListeners(
  router: Router,
  subscriptions: Subscriptions,
  paused: () => boolean,
  initial?: Pick<Listeners, 'add' | 'remove'>,
): Listeners {
  let outdated = false; // the subscriptions
  /** Stand for the listeners that were removed while paused, so that their filters stay until the deploy is over. */
  let wanted: Listener[] = [];

  /** Updates the subscriptions once for all the changes of a turn. */
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
      initial?.add(listener);
      outdate();
    },
    remove(listener) {
      router.remove(listener);
      initial?.remove(listener);
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
