import { EventEmitter } from 'node:events';
import type { Node, NodeAPI } from 'node-red';
import { EztError, type RawMessage } from '../../cloud';
import { deploysOf } from '../shared/deploys';
import { translate } from '../shared/texts';

/** Milliseconds between log entries with the number of further malformed messages. */
const INTERVAL = 60_000;
/** The most devices and channels counted apart; all others are counted together. */
const MAX_PLACES = 20;

/** The malformed messages of one device and channel since the last log entry. */
interface Place {
  more: number;
  last: EztError;
  raw: RawMessage;
}

/**
 * Reports the malformed messages of `node`. Each goes to the Catch nodes, if there are any. Otherwise the first goes
 * to the log and the sidebar, and after a minute the number of further ones. Call `stop` when the node closes.
 */
export function reportMalformed(RED: NodeAPI, node: Node) {
  const places = new Map<string, Place>();
  let timer: NodeJS.Timeout | undefined;

  function reportMore() {
    clearTimeout(timer);
    timer = undefined;
    for (const [key, place] of places) {
      if (place.more === 0) {
        places.delete(key);
        continue;
      }
      const { device, type } = place.raw;
      const { what = '' } = place.last.params;
      const params = { count: place.more, device, channel: type, seconds: INTERVAL / 1000, what };
      node.warn(translate(RED, new EztError('malformedMore', params)).message);
      place.more = 0;
    }
    if (places.size > 0) timer = setTimeout(reportMore, INTERVAL);
  }

  function forget() {
    reportMore();
    clearTimeout(timer);
    timer = undefined;
    places.clear();
  }

  // After a deploy there may be a Catch node. It gets the messages that waited for the end of the deploy, too.
  const unwatch = deploysOf(RED).on('settle', forget);
  return {
    report(error: EztError, raw: RawMessage) {
      const key = placeOf(places, raw);
      const place = places.get(key);
      if (place) {
        place.more += 1;
        place.last = error;
        place.raw = raw;
      } else if (isLogged(RED, node, () => node.error(translate(RED, error), raw))) {
        places.set(key, { more: 0, last: error, raw });
        timer ??= setTimeout(reportMore, INTERVAL);
      }
    },
    stop() {
      unwatch();
      forget();
    },
  };
}

function placeOf(places: ReadonlyMap<string, Place>, { device, type, stream }: RawMessage): string {
  const key = `${device}/${type}/${stream ?? ''}`;
  return places.has(key) || places.size < MAX_PLACES ? key : '';
}

/**
 * Whether `act` makes `node` write to the log. `node.error` does that when no Catch node takes the message, and does
 * not return whether it did. A log handler, as the core debug node has one, is called synchronously.
 */
function isLogged(RED: NodeAPI, node: Node, act: () => void): boolean {
  let logged = false;
  const handler = new EventEmitter().on('log', ({ id }: { id?: string }) => {
    if (id === node.id) logged = true;
  });
  RED.log.addHandler(handler);
  try {
    act();
  } finally {
    RED.log.removeHandler(handler);
  }
  return logged;
}
