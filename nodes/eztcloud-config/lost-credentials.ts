import type { NodeAPI } from 'node-red';

const watched = new WeakSet<NodeAPI['events']>();
const lost = new WeakSet<NodeAPI['events']>();

/** Node-RED logs this when the credentials file has another `credentialSecret`, and continues without credentials. */
export function watchCredentials({ events }: NodeAPI): void {
  if (watched.has(events)) return;
  watched.add(events);
  events.on('runtime-event', (event?: { payload?: { error?: unknown } }) => {
    if (event?.payload?.error === 'credentials_load_failed') lost.add(events);
  });
}

/** Whether the credentials of these flows could not be read. */
export const credentialsLost = ({ events }: NodeAPI): boolean => lost.has(events);
