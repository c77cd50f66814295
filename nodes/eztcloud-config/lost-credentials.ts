import type { NodeAPI } from 'node-red';

const watched = new WeakSet<NodeAPI['events']>();
const lost = new WeakSet<NodeAPI['events']>();

/** Node-RED says so when it starts, and goes on without credentials: the file is of another `credentialSecret`. */
export function watchCredentials({ events }: NodeAPI): void {
  if (watched.has(events)) return;
  watched.add(events);
  events.on('runtime-event', (event?: { payload?: { error?: unknown } }) => {
    if (event?.payload?.error === 'credentials_load_failed') lost.add(events);
  });
}

/** Whether the credentials of these flows could not be read. */
export const credentialsLost = ({ events }: NodeAPI): boolean => lost.has(events);
