import type { NodeAPI } from 'node-red';

const watched = new WeakMap<NodeAPI['events'], () => boolean>();

/**
 * Returns whether the credentials of these flows could not be read. Node-RED logs that when the credentials file has
 * another `credentialSecret`, and continues without credentials.
 */
export function watchCredentials({ events }: NodeAPI): () => boolean {
  const known = watched.get(events);
  if (known) return known;
  let lost = false;
  events.on('runtime-event', (event?: { payload?: { error?: unknown } }) => {
    if (event?.payload?.error === 'credentials_load_failed') lost = true;
  });
  const isLost = () => lost;
  watched.set(events, isLost);
  return isLost;
}

/** Another bundle has been watching already; see `nodes/palette.ts`. */
export function takeOverCredentials({ events }: NodeAPI, isLost: () => boolean): void {
  watched.set(events, isLost);
}

/** Whether the credentials of these flows could not be read. */
export const credentialsLost = ({ events }: NodeAPI): boolean => watched.get(events)?.() ?? false;
