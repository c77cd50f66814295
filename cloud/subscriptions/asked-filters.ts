import type { Listener } from './listener';
import { createRouter } from './router';

/** What a listener asks the broker for. */
export interface AskedFilters {
  /** The topic filters that it would need if it were alone. */
  filters: string[];
  /** Whether the broker has granted filters that bring all of it. */
  served: boolean;
}

/** `held`: the filters that the broker has granted to the project. */
export function askedFilters(
  projectKey: string,
  group: string,
  wish: Pick<Listener, 'devices' | 'channels' | 'streams' | 'qos'>,
  held: Readonly<Record<string, unknown>>,
): AskedFilters {
  const router = createRouter(projectKey, group);
  const listener: Listener = { ...wish, unshared: false };
  router.add(listener);
  return {
    filters: [...router.filters(new Set()).keys()],
    served: router
      .serving(listener)
      .every((serving) => serving.some((filter) => Object.hasOwn(held, filter))),
  };
}
