import { EventEmitter } from 'node:events';
import type { Node, NodeAPI } from 'node-red';
import { EztError, type RawMessage } from '../../cloud';
import { deploysOf } from '../shared/deploys';
import { translate } from '../shared/texts';

/** The log says at most this often (ms) how many more there were. */
const INTERVAL = 60_000;
/** Devices and channels that are told apart; those beyond share one place. */
const MAX_PLACES = 20;

/** Of one device and channel, since the log last said so. */
interface Place {
  more: number;
  last: EztError;
  raw: RawMessage;
}

/**
 * How `node` reports malformed messages: each goes to the Catch nodes, if there are any; else the log and the
 * sidebar say the first, and after a minute how many more there were. `stop`: when the node closes.
 */
export function reportMalformed(RED: NodeAPI, node: Node) {
  const places = new Map<string, Place>();
  let timer: NodeJS.Timeout | undefined;

  function sayMore() {
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
    if (places.size > 0) timer = setTimeout(sayMore, INTERVAL);
  }

  function forget() {
    sayMore();
    clearTimeout(timer);
    timer = undefined;
    places.clear();
  }

  // When flows have changed there may be a Catch node, for what was kept back meanwhile too.
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
        timer ??= setTimeout(sayMore, INTERVAL);
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
 * Whether `act` makes `node` write to the log, which `node.error` does where no Catch node takes the message: it
 * does not say, but a log handler, as the core debug node has one, is called at once.
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
