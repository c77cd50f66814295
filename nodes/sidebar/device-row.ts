import { flagOf, textOf, timeOf } from './requests';

/** A device in the list. Times in ms since the epoch, of Node-RED's clock; `null`: not known. */
export interface Listed {
  device: string;
  /** Its alias; empty: none. */
  name: string;
  online: boolean | null;
  alarm: boolean | null;
  lastSeen: number | null;
}

export function readListed(row: Record<string, unknown>): Listed {
  return {
    device: textOf(row.device),
    name: textOf(row.name),
    online: flagOf(row.online),
    alarm: flagOf(row.alarm),
    lastSeen: timeOf(row.lastSeen),
  };
}

/** `online`, `offline`, `unknown` (heard, but never said), or `unheard`. */
export function stateOf({ online, lastSeen }: Listed): 'online' | 'offline' | 'unknown' | 'unheard' {
  if (online !== null) return online ? 'online' : 'offline';
  return lastSeen === null ? 'unheard' : 'unknown';
}
